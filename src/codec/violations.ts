/** Collects violations with their paths, up to a bound: a document can break more rules than anybody wants to read. */

import type { Violation } from "../errors/codec-error.ts";

/** So many are reported; what comes after them is not looked for. */
const maxViolations = 100;

export class Violations {
  readonly #list: Violation[] = [];

  get isFull(): boolean {
    return this.#list.length >= maxViolations;
  }

  get list(): readonly Violation[] {
    return this.#list;
  }

  add(path: string, rule: string, message: string, offset?: number): void {
    if (this.isFull) return;
    this.#list.push(offset === undefined ? { path, rule, message } : { path, rule, message, offset });
  }
}

/** `order.items` and `sku` make `order.items.sku`; odd names are quoted: `map["a b"]`. */
export function fieldPath(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(shortened(name))}]`;
  return path === "" ? shortened(name) : `${path}.${shortened(name)}`;
}

export function itemPath(path: string, index: number): string {
  return `${path}[${index}]`;
}

/** Keys of maps come from the peer: no path grows without bound. */
function shortened(name: string): string {
  return name.length <= 100 ? name : `${name.slice(0, 99).toWellFormed()}…`;
}
