/**
 * Talks about
 *
 *   indented text, `code`, and {@link Words}.
 *
 * @see Words
 */
export interface Talks {
  /** One line. */
  say(request: Words): Promise<Words>;
  /**
   * Several
   * lines.
   * @deprecated use {@link Talks.say}
   */
  shout(request: Words): Promise<Words>;
}

/** Words. */
export interface Words {
  /** Each of them. @maxItems 100 */
  all: string[];
  /** @deprecated not counted any more */
  count?: number;
}
