import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "@taut/codegen";
import { expect, it } from "vitest";

const guide = readFileSync(new URL("../../docs/GUIDE.md", import.meta.url), "utf8");
const folder = fileURLToPath(new URL("../.generated/guide", import.meta.url));

/** All blocks of one kind, in order. */
function blocks(kind: RegExp): { readonly info: string; readonly text: string }[] {
  const found = [...guide.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)];
  return found.map(([, info, text]) => ({ info: info as string, text: text as string })).filter(({ info }) => kind.test(info));
}

it("every block of GUIDE.md runs, one after another, as one program", async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const { info, text } of blocks(/^schema=/)) {
    const path = join(folder, "schemas", info.slice("schema=".length));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const result = await generate({ root: join(folder, "schemas"), out: join(folder, "generated"), importExtension: "ts" });
  expect(result.diagnostics).toEqual([]);
  const program = blocks(/^run$/).map(({ text }) => text);
  expect(program.length).toBeGreaterThan(8);
  // Imports go to the top, each name once; the rest runs in order in one scope.
  const imports = new Map<string, Set<string>>();
  const body = program.join("\n").replace(/^import \{([^}]*)\} from "([^"]+)";\n/gm, (_all, names: string, from: string) => {
    const known = imports.get(from) ?? new Set<string>();
    for (const name of names.split(",")) if (name.trim() !== "") known.add(name.trim());
    imports.set(from, known);
    return "";
  });
  const head = [...imports].map(([from, names]) => `import { ${[...names].join(", ")} } from "${from}";`);
  writeFileSync(join(folder, "guide.ts"), `import assert from "node:assert/strict";\n${head.join("\n")}\n${body}`);
  await import(join(folder, "guide.ts"));
});
