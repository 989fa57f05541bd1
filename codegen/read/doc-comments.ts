/**
 * Doc comments: their text, and the tags in it.
 *
 * Read from the source text rather than by the compiler's parser, which takes `{` and `@` inside of values for its own. A tag stands at
 * the beginning of a line, or behind white space when it is one of ours (`@idempotent @timeoutMs 500`) or, behind another tag, nearly
 * one; what is in backticks or in a fenced block is text.
 */

import { ts } from "ts-morph";
import type { Doc, Place } from "../model/schema-model.ts";
import type { Places } from "./places.ts";
import { isTagName, nearestTag } from "./tag-names.ts";

export interface Tag {
  readonly name: string;
  /** What stands behind it, to the next tag or empty line. */
  readonly value: string;
  readonly place: Place;
}

export interface DocComment {
  readonly doc?: Doc;
  readonly tags: readonly Tag[];
}

const none: DocComment = { tags: [] };

export class DocComments {
  readonly #places: Places;
  /** Outlives one read: the nodes of a file that did not change are the same ones. */
  readonly #known = new WeakMap<ts.Node, DocComment>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** The comment of the first of these declarations that has one. */
  of(declarations: readonly ts.Node[] | undefined): DocComment {
    for (const declaration of declarations ?? []) {
      const comment = this.#ofNode(commented(declaration));
      if (comment !== none) return comment;
    }
    return none;
  }

  #ofNode(node: ts.Node): DocComment {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const comment = this.#read(node);
    this.#known.set(node, comment);
    return comment;
  }

  #read(node: ts.Node): DocComment {
    const source = node.getSourceFile();
    const ranges = [...beforeOnItsLine(node, source), ...(ts.getLeadingCommentRanges(source.text, node.pos) ?? [])];
    const range = ranges.findLast(({ pos, end }) => end - pos > 4 && source.text.startsWith("/**", pos));
    if (range === undefined) return none;
    const lines = linesOf(source.text, range.pos, range.end);
    const tags = [...tagsOf(lines, (position) => this.#places.at(source, position))];
    const text = lines
      .map((line) => line.text.trimEnd())
      .join("\n")
      .replace(/^\n+|\n+$/g, "");
    const deprecated = tags.find(({ name }) => name === "deprecated");
    if (text === "") return { tags };
    return {
      doc: deprecated === undefined ? { text } : { text, deprecated: deprecated.value === "" ? true : deprecated.value },
      tags,
    };
  }
}

/**
 * `{ /** first *\/ a: string; /** second *\/ b: string }`: what follows a brace, parenthesis or semicolon on its line is a trailing
 * comment of that to the compiler. It is ours when the node follows on the same line.
 */
function beforeOnItsLine(node: ts.Node, source: ts.SourceFile): ts.CommentRange[] {
  const ranges = ts.getTrailingCommentRanges(source.text, node.pos) ?? [];
  const start = node.getStart(source);
  return ranges.filter(({ end }) => !/[\r\n\u2028\u2029]/.test(source.text.slice(end, start)));
}

/** The node that the comment stands before. */
function commented(declaration: ts.Node): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

interface Line {
  readonly text: string;
  /** Where the text begins in the source. */
  readonly position: number;
}

/** The lines between the stars. */
function linesOf(source: string, start: number, end: number): Line[] {
  const body = source.slice(start + 3, end - 2);
  const lines: Line[] = [];
  let position = start + 3;
  for (const raw of body.split(/(?<=\n|\r(?!\n))/)) {
    const star = lines.length === 0 ? /^[ \t]?/.exec(raw) : /^[ \t]*(?:\*[ \t]?)?/.exec(raw);
    const skipped = star?.[0].length ?? 0;
    lines.push({ text: raw.slice(skipped).replace(/[\r\n]+$/, ""), position: position + skipped });
    position += raw.length;
  }
  return lines;
}

function* tagsOf(lines: readonly Line[], place: (position: number) => Place): Iterable<Tag> {
  let open: { name: string; values: string[]; place: Place } | undefined;
  let fenced = false;
  const close = function* (): Iterable<Tag> {
    if (open !== undefined) yield { name: open.name, value: open.values.join("\n").trim(), place: open.place };
    open = undefined;
  };
  for (const { text, position } of lines) {
    if (/^\s*```/.test(text)) fenced = !fenced;
    if (fenced) continue;
    const starts = tagStarts(text);
    const before = text.slice(0, starts[0]?.index ?? text.length);
    if (before.trim() !== "") open?.values.push(before.trim());
    else if (starts.length === 0) yield* close();
    for (const [number, { name, index }] of starts.entries()) {
      yield* close();
      const value = text.slice(index + name.length + 1, starts[number + 1]?.index ?? text.length);
      open = { name, values: [value.trim()], place: place(position + index) };
    }
  }
  yield* close();
}

/** Where tags begin in a line. */
function tagStarts(text: string): { name: string; index: number }[] {
  const starts: { name: string; index: number }[] = [];
  const words = text.replace(/`[^`]*`/g, (code) => " ".repeat(code.length));
  for (const match of words.matchAll(/(?<=^|\s)@([A-Za-z][\w-]*)/g)) {
    const name = match[1] ?? "";
    const first = words.slice(0, match.index).trim() === "";
    const isNearMiss = starts.length > 0 && nearestTag(name) !== undefined;
    if (first || isTagName(name) || isNearMiss) starts.push({ name, index: match.index });
  }
  return starts;
}
