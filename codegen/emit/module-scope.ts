/**
 * The top-level names of one emitted module, and its imports.
 *
 * Emitters ask for what they need and are told what it is called here; the import lines are written last. A name that the module
 * declares or exports itself is never given to an import of something else, nor is a global's: those get another local name.
 */

import { compare } from "../model/compare.ts";
import { quote } from "../model/quote.ts";
import { lineWidth } from "./line-width.ts";
import { globalNames, internalPrefix } from "./names.ts";

export type ImportKind = "type" | "value";

interface Imported {
  readonly source: string;
  readonly name: string;
  readonly local: string;
  kind: ImportKind;
}

export class ModuleScope {
  /** Every local name in use, and whose it is: an import's source, or "" for what the module declares. */
  readonly #owners: Map<string, string>;
  readonly #kinds: readonly ImportKind[];
  readonly #imports = new Map<string, Imported>();
  /** Local names by the names that they are exported under. */
  readonly #renamedExports = new Map<string, string>();

  /**
   * @param declared names that the module declares at its top level
   * @param passedOn names that it exports from elsewhere: kept free for an import from there
   * @param kinds what may be imported: a JavaScript module takes values alone
   */
  constructor(
    declared: Iterable<string>,
    passedOn: Iterable<readonly [name: string, source: string]>,
    kinds: readonly ImportKind[] = ["type", "value"],
  ) {
    this.#kinds = kinds;
    this.#owners = new Map(passedOn);
    for (const name of declared) this.#owners.set(name, "");
  }

  /** The local name of an export of `source`. Asked for both as a type and as a value, it is imported as a value. */
  import(source: string, name: string, kind: ImportKind): string {
    if (!this.#kinds.includes(kind)) throw new Error(`${name} of ${source} is asked for as a ${kind} where there are none`);
    const key = `${source}\n${name}`;
    const known = this.#imports.get(key);
    if (known !== undefined) {
      if (kind === "value") known.kind = "value";
      return known.local;
    }
    const free = !globalNames.has(name) && (this.#owners.get(name) ?? source) === source;
    const local = free ? name : this.declare(name);
    this.#owners.set(local, source);
    this.#imports.set(key, { source, name, local, kind });
    return local;
  }

  /** Takes a name of ours that nothing else has: `$orders`, `$orders2`. */
  declare(hint: string): string {
    const base = `${internalPrefix}${hint}`;
    let name = base;
    for (let count = 2; this.#owners.has(name); count += 1) name = `${base}${count}`;
    this.#owners.set(name, "");
    return name;
  }

  /**
   * What an exported declaration is called inside the module: its own name, or, where that is a global's (a fault named `Map`),
   * one of ours that is exported under its name.
   */
  exportedLocal(name: string): string {
    if (!globalNames.has(name)) return name;
    const known = this.#renamedExports.get(name);
    if (known !== undefined) return known;
    const local = this.declare(name);
    this.#renamedExports.set(name, local);
    return local;
  }

  renamedExportLines(): string[] {
    const names = [...this.#renamedExports].map(([name, local]) => `${local} as ${name}`);
    return names.length === 0 ? [] : [`export { ${names.join(", ")} };\n`];
  }

  /** One statement a source, sources and names sorted. */
  importLines(): string[] {
    const bySource = new Map<string, Imported[]>();
    for (const imported of this.#imports.values()) {
      const list = bySource.get(imported.source);
      if (list === undefined) bySource.set(imported.source, [imported]);
      else list.push(imported);
    }
    return [...bySource.keys()].sort(compare).map((source) => importLine(source, bySource.get(source) ?? []));
  }
}

function importLine(source: string, list: readonly Imported[]): string {
  const allTypes = list.every(({ kind }) => kind === "type");
  const names = [...list]
    .sort((a, b) => compare(a.name, b.name))
    .map(({ name, local, kind }) => {
      const text = name === local ? name : `${name} as ${local}`;
      return kind === "type" && !allTypes ? `type ${text}` : text;
    });
  return clause(allTypes ? "import type" : "import", names, source);
}

/** `import { a, b } from "x";`, on several lines where one would be too long. */
export function clause(head: string, names: readonly string[], source: string): string {
  const line = `${head} { ${names.join(", ")} } from ${quote(source)};\n`;
  if (line.length <= lineWidth + 1) return line;
  return `${head} {\n${names.map((text) => `  ${text},\n`).join("")}} from ${quote(source)};\n`;
}
