/** Holds the layering, the file names and sizes, and the rules on time and state that make the sources readable. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { clockFiles, emptyNames, harmlessModules, layers, longFiles, maxLines, moduleState } from "./architecture/layers.ts";
import { parseSource, readSources, root, type SourceFile } from "./architecture/source-files.ts";

const sources = readSources();
const paths = new Set(sources.map((file) => file.path));

/** What is wrong with `files`, one line each; a test expects none. */
function findings(files: readonly SourceFile[], find: (file: SourceFile) => Iterable<string>): string[] {
  return files.flatMap((file) => [...find(file)].map((what) => `${file.path}: ${what}`));
}

function* brokenImports(file: SourceFile): Iterable<string> {
  const layer = layers[file.layer];
  if (layer === undefined) {
    yield `${file.layer} has no row in test/architecture/layers.ts`;
    return;
  }
  for (const { specifier, target, typeOnly } of file.imports) {
    if (target === undefined) {
      const allowed = [...(layer.packages ?? []), ...harmlessModules];
      const fits = (name: string): boolean =>
        name === specifier || (name.endsWith("*") && specifier.startsWith(name.slice(0, -1)));
      if (!allowed.some(fits)) yield `may not import ${specifier}`;
      continue;
    }
    const other = sources.find(({ path }) => path === target || path === target.replace(/\.js$/, ".d.ts"))?.layer;
    if (other === undefined) yield `imports ${specifier}, which is no source file (write the extension .ts)`;
    else if (other === file.layer) continue;
    else if (!layer.mayImport.includes(other)) yield `${file.layer} may not import ${other}`;
    else if (layer.typesOnly?.includes(other) && !typeOnly) yield `${file.layer} may import types alone from ${other}`;
  }
}

/** Every cycle of a graph that a depth-first walk meets, as a path. */
function cycles(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(node);
    if (seen >= 0) {
      found.push([...trail.slice(seen), node].join(" -> "));
      return;
    }
    if (done.has(node)) return;
    for (const next of edges.get(node) ?? []) walk(next, [...trail, node]);
    done.add(node);
  };
  for (const node of edges.keys()) walk(node, []);
  return found;
}

function graph(name: (file: SourceFile) => string): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  const nameOf = new Map(sources.map((file) => [file.path, name(file)]));
  for (const file of sources) {
    const own = name(file);
    const targets = edges.get(own) ?? new Set();
    for (const { target } of file.imports) {
      const other = target === undefined ? undefined : nameOf.get(target);
      if (other !== undefined && (other !== own || target === file.path)) targets.add(other);
    }
    edges.set(own, targets);
  }
  return edges;
}

describe("the layers", () => {
  it("import only what stands below them", () => {
    expect(findings(sources, brokenImports)).toEqual([]);
  });

  it("form no cycle, nor do the files inside one", () => {
    expect(cycles(graph((file) => file.layer))).toEqual([]);
    expect(cycles(graph((file) => file.path))).toEqual([]);
  });
});

describe("the table of layers in docs/ARCHITECTURE.md", () => {
  const [, table = ""] = readFileSync(join(root, "docs/ARCHITECTURE.md"), "utf8").split(/^## Layers of `src\/`.*$/m);
  /** The folders that each row names in its first cell. */
  const rows = [...table.matchAll(/^\| (?<names>`\w+`(?:, `\w+`)*) \|/gm)].map(({ groups }) =>
    [...(groups?.names ?? "").matchAll(/\w+/g)].map(([name]) => `src/${name}`),
  );

  it("names each folder of src once", () => {
    const folders = new Set([...paths].flatMap((path) => /^src\/\w+(?=\/)/.exec(path) ?? []));
    expect(rows.flat().sort()).toEqual([...folders].sort());
  });

  it("stands in the order in which they may import each other", () => {
    const upwards = rows.flatMap((row, at) => {
      const lower = rows.slice(0, at + 1).flat();
      return row
        .flatMap((name) => (layers[name]?.mayImport ?? []).map((other) => ({ name, other })))
        .filter(({ other }) => !lower.includes(other));
    });
    expect(upwards).toEqual([]);
  });
});

describe("each source file", () => {
  it("has a kebab-case name that says what is inside", () => {
    expect(
      findings(sources, function* ({ path }) {
        const name = basename(path).replace(/(?:\.d)?\.[jt]s$/, "");
        if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) yield "is not kebab-case";
        if (path.split("/").some((part) => emptyNames.includes(part.replace(/(?:\.d)?\.[jt]s$/, ""))))
          yield "has a name that says nothing";
      }),
    ).toEqual([]);
  });

  it("begins with a comment that says what it does", () => {
    expect(
      findings(sources, function* ({ text }) {
        if (!/^(?:#![^\n]*\n)?\/\*\*/.test(text)) yield "has no header comment";
      }),
    ).toEqual([]);
  });

  it(`stays within ${maxLines} lines, or has a listed reason`, () => {
    expect(
      findings(sources, function* ({ path, lines }) {
        if (lines > maxLines && longFiles[path] === undefined) yield `has ${lines} lines and no listed reason`;
        if (lines <= maxLines && longFiles[path] !== undefined) yield "is listed as long and is not";
      }),
    ).toEqual([]);
    expect(Object.keys(longFiles).filter((path) => !paths.has(path))).toEqual([]);
  });

  it("leaves nothing for later", () => {
    expect(
      findings(sources, function* ({ text }) {
        for (const [word] of text.matchAll(/\b(?:TODO|FIXME|XXX|HACK)\b/g)) yield `says ${word}`;
      }),
    ).toEqual([]);
  });
});

describe("the runtime", () => {
  const runtime = sources.filter((file) => file.path.startsWith("src/"));

  it("takes time and timers from the injected clock alone", () => {
    const platformTime =
      /\b(?:setTimeout|setInterval|Date\.now|performance\.now|process\.hrtime|new Date\(\)|node:timers|node:perf_hooks)/g;
    expect(
      findings(runtime, function* ({ path, words, imports }) {
        if (clockFiles[path] !== undefined) return;
        for (const [use] of words.matchAll(platformTime)) yield `uses ${use}`;
        for (const { specifier } of imports) if (/^node:(?:timers|perf_hooks)/.test(specifier)) yield `imports ${specifier}`;
      }),
    ).toEqual([]);
    expect(Object.keys(clockFiles).filter((path) => !paths.has(path))).toEqual([]);
  });

  it("makes no code at run time", () => {
    expect(
      findings(runtime, function* ({ words }) {
        for (const [use] of words.matchAll(/\beval\s*\(|\bnew Function\b|\bFunction\s*\(/g)) yield `uses ${use}`;
      }),
    ).toEqual([]);
  });

  it("keeps no mutable state in modules", () => {
    const state =
      /^(?:export )?(?:(?:let|var) (?<variable>[\w$]+)|const (?<collection>[\w$]+)\b(?!: (?:readonly |Readonly))[^=\n]*= (?:new (?:Map|Set|WeakMap|WeakSet)(?:<[^(\n]*>)?\(\)|\[\]|\{\});)/gm;
    expect(
      findings(sources, function* ({ path, words }) {
        for (const { groups } of words.matchAll(state)) {
          const name = groups?.variable ?? groups?.collection;
          if (moduleState[`${path}: ${name}`] === undefined) yield `keeps state in ${name}`;
        }
      }),
    ).toEqual([]);
  });
});

describe("the reader of sources behind these tests", () => {
  it("sees every form of import and which are types alone", () => {
    const { imports } = parseSource(
      "src/wire/x.ts",
      [
        'import type { A } from "./a.ts";',
        'import { type B, type C } from "../errors/b.ts";',
        'import { type D, d } from "bson";',
        'export * from "./e.ts";',
        'export type * from "./f.ts";',
        'import "node:net";',
        'const g = await import("node:tls");',
        'const j = process.getBuiltinModule("node:dns");',
        'scope.import("taut");',
        "import {\n  h,\n  i,\n} from './h.ts';",
      ].join("\n"),
    );
    expect(imports).toEqual([
      { specifier: "./a.ts", typeOnly: true, target: "src/wire/a.ts" },
      { specifier: "../errors/b.ts", typeOnly: true, target: "src/errors/b.ts" },
      { specifier: "bson", typeOnly: false },
      { specifier: "./e.ts", typeOnly: false, target: "src/wire/e.ts" },
      { specifier: "./f.ts", typeOnly: true, target: "src/wire/f.ts" },
      { specifier: "node:net", typeOnly: false },
      { specifier: "node:tls", typeOnly: false },
      { specifier: "node:dns", typeOnly: false },
      { specifier: "./h.ts", typeOnly: false, target: "src/wire/h.ts" },
    ]);
  });

  it("is not misled by comments, strings and regular expressions", () => {
    const { imports, words } = parseSource(
      "src/wire/x.ts",
      [
        '// import { a } from "node:net";',
        '/* import "node:tls"; setTimeout */',
        'const url = "http://x"; const r = /["\'`]\\/*[/"]/; const q = 4 / 2; // Date.now()',
        "const t = `setInterval; import { a } from 'node:fs'`;",
        'import { z } from "./z.ts";',
      ].join("\n"),
    );
    expect(imports.map(({ specifier }) => specifier)).toEqual(["./z.ts"]);
    expect(words).not.toMatch(/setTimeout|setInterval|Date/);
  });
});
