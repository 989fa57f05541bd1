/** Values that travel with a call inside a process: a map by key, copied on inheritance so that a child cannot change its parent's. */

import type { ContextKey, ContextValues } from "./call-context.ts";

export class ContextValueMap implements ContextValues {
  readonly #values: Map<ContextKey<unknown>, unknown>;

  constructor(parent?: ContextValues) {
    this.#values = parent instanceof ContextValueMap ? new Map(parent.#values) : new Map();
  }

  get<T>(key: ContextKey<T>): T {
    return this.#values.has(key) ? (this.#values.get(key) as T) : key.defaultValue;
  }

  set<T>(key: ContextKey<T>, value: T): this {
    this.#values.set(key, value);
    return this;
  }

  delete(key: ContextKey<unknown>): this {
    this.#values.delete(key);
    return this;
  }
}
