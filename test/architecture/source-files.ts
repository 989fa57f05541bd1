/**
 * Reads the product's sources for the architecture test: which file imports what, as written.
 *
 * Works on text, not on a compiler's tree: comments are blanked first (strings, templates and regular expressions are told from
 * them), then the few forms of import are matched. Knows no rule; those stand in `layers.ts`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Import {
  readonly specifier: string;
  /** Erased when compiled: `import type`, `export type`. */
  readonly typeOnly: boolean;
  /** Path from the root, for relative imports. */
  readonly target?: string;
}

export interface SourceFile {
  /** Posix path from the root: `src/wire/frame.ts`. */
  readonly path: string;
  /** The layer it belongs to: `src/wire`, `codegen/emit`, `src/index`, `cli`. */
  readonly layer: string;
  readonly text: string;
  /** The text without comments, offsets kept. */
  readonly code: string;
  /** Code with the contents of strings blanked, too: for searching by word. */
  readonly words: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

/** Every source of the three packages, sorted by path. Tests, generated code and built output are not among them. */
export function readSources(): readonly SourceFile[] {
  return ["src", "codegen", "cli"]
    .flatMap((workspace) =>
      readdirSync(join(root, workspace), { recursive: true, encoding: "utf8" })
        .map((path) => `${workspace}/${path.replaceAll("\\", "/")}`)
        .filter((path) => /\.[jt]s$/.test(path) && !/\/(?:dist|node_modules|generated)\//.test(path)),
    )
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), "utf8")));
}

export function parseSource(path: string, text: string): SourceFile {
  const { code, words } = blank(text);
  return {
    path,
    layer: layerOf(path),
    text,
    code,
    words,
    lines: text.split("\n").length - 1,
    imports: readImports(path, code, words),
  };
}

/** `src/wire/frame.ts` -> `src/wire`; a file straight in a workspace is its own layer (`src/index`); `cli` is one layer. */
export function layerOf(path: string): string {
  const [workspace = "", folder = "", ...rest] = path.split("/");
  if (workspace === "cli") return "cli";
  return `${workspace}/${rest.length === 0 ? folder.replace(/(?:\.d)?\.[jt]s$/, "") : folder}`;
}

const importForms =
  /(?<![.\w$])(?:import|export)\s+(?<type>type\s+)?(?<what>[\w$*{][^;"'`]*?)\s+from\s*["'](?<from>[^"']+)["']|(?<![.\w$])import\s*["'](?<bare>[^"']+)["']|(?<![.\w$])import\s*\(\s*["'](?<dynamic>[^"']+)["']|\bgetBuiltinModule\(["'](?<builtin>[^"']+)["']/g;

function readImports(path: string, code: string, words: string): readonly Import[] {
  // An `import` that is blank in `words` stands in a string: the generator is full of them.
  const matches = [...code.matchAll(importForms)].filter(({ index }) => words[index] !== " ");
  return matches.map((match) => {
    const { type, what = "", from, bare, dynamic, builtin } = match.groups ?? {};
    const specifier = from ?? bare ?? dynamic ?? builtin ?? "";
    const named = /^\{([^}]*)\}$/.exec(what.trim())?.[1];
    const typeOnly = type !== undefined || (named !== undefined && isTypesAlone(named));
    if (!specifier.startsWith(".")) return { specifier, typeOnly };
    return { specifier, typeOnly, target: posix.join(dirname(path), specifier) };
  });
}

/** `type A, type B`, as it stands between braces. */
function isTypesAlone(names: string): boolean {
  return names.split(",").every((name) => name.trim() === "" || /^\s*type\s/.test(name));
}

/** Replaces comments (for `code`), and also what strings hold (for `words`), by spaces. */
function blank(text: string): { code: string; words: string } {
  let code = "";
  let words = "";
  let at = 0;
  let significant = "";
  const take = (end: number, inCode: boolean, inWords: boolean): void => {
    const piece = text.slice(at, end);
    const spaces = piece.replace(/[^\n]/g, " ");
    code += inCode ? piece : spaces;
    words += inWords ? piece : spaces;
    if (inCode && piece.trim() !== "") significant = piece.trimEnd();
    at = end;
  };
  const endOf = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    return match === null ? text.length : match.index + match[0].length;
  };
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at];
    if (two === "//" || (two === "#!" && at === 0)) take(endOf(/$/gm), false, false);
    else if (two === "/*") take(endOf(/\*\//g), false, false);
    else if (one === '"' || one === "'")
      take(endOf(one === '"' ? /"(?:[^"\\\n]|\\[\s\S])*"/y : /'(?:[^'\\\n]|\\[\s\S])*'/y), true, false);
    else if (one === "`") take(endOf(/`(?:[^`\\]|\\[\s\S])*`/y), true, false);
    // A slash after an operator begins a regular expression; after a name, a number or a bracket it divides.
    else if (one === "/" && /(?:^|[=([{,;:!&|?+\-*%~^<>]|\breturn|\bcase|\btypeof)$/.test(significant))
      take(endOf(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y), true, false);
    else if (/[\w$]/.test(one ?? "")) take(endOf(/[\w$]+/y), true, true);
    else take(at + 1, true, true);
  }
  return { code, words };
}
