/** The bundled entries, built in a copy of the sources: what a start opens, what a stack names, and that no bundle outlives an edit. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { succeed } from "./child-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "taut-bundle-"));
const entry = join(folder, "src/dist/index.js");
const tsc = "node node_modules/typescript/bin/tsc -b src";

/** Runs a module in the copy; `options` are Node's. */
async function evaluate(text: string, options = ""): Promise<string> {
  writeFileSync(join(folder, "main.mjs"), text);
  return (await succeed(`node --no-warnings ${options} main.mjs`, folder)).stdout;
}

beforeAll(async () => {
  for (const part of ["src", "scripts", "tsconfig.base.json", "package.json"])
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.startsWith(join(root, "src/dist")) && !path.includes("node_modules"),
    });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  await succeed(`${tsc} && node scripts/bundle.mjs`, folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("opens a handful of files at the start, and neither bson nor TLS nor a resolver", { timeout: 60_000 }, async () => {
  const text = `await import(${JSON.stringify(pathToFileURL(entry).href)});
    await import(${JSON.stringify(pathToFileURL(join(folder, "src/dist/runtime/v1.js")).href)});
    console.log(JSON.stringify(process.moduleLoadList.filter((line) => /NativeModule (?:tls|dns|dns\\/promises|http|https|zlib)$/.test(line))));`;
  expect(JSON.parse(await evaluate(text))).toEqual([]);
  const files = new Set([entry, join(folder, "src/dist/runtime/v1.js")]);
  for (const file of files) {
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export) .* from "(\.[^"]+)";$/gm))
      files.add(fileURLToPath(new URL(name, pathToFileURL(file))));
    expect(readFileSync(file, "utf8")).not.toMatch(/from "bson"/);
  }
  expect(files.size).toBeLessThanOrEqual(4);
});

it("has one copy of every class behind all entries", { timeout: 60_000 }, async () => {
  const urls = ["index", "runtime/v1", "testing/index"].map((name) => pathToFileURL(join(folder, `src/dist/${name}.js`)).href);
  const imports = urls.map((url, index) => `import * as m${index} from ${JSON.stringify(url)};`).join("\n");
  expect(
    await evaluate(
      `${imports}\nconsole.log(m0.RpcError === m1.RpcError && m0.CodecError === m1.CodecError, Object.keys(m2).length > 0);`,
    ),
  ).toBe("true true\n");
});

it("names the sources in stacks when Node reads source maps", { timeout: 60_000 }, async () => {
  const text = `import { connect } from ${JSON.stringify(pathToFileURL(entry).href)};
    try { connect("nonsense://x"); } catch (error) { console.log(error.stack); }`;
  expect(await evaluate(text, "--enable-source-maps")).toMatch(/src\/client\/\w[\w-]*\.ts:\d+:\d+/);
  expect(await evaluate(text)).toMatch(/at .*connect.*chunks\/calls\.js:\d+:\d+/);
});

it("is not left in place by tsc when a source has changed, and is made once", { timeout: 120_000 }, async () => {
  const bundled = readFileSync(entry, "utf8");
  await succeed(`${tsc} && node scripts/bundle.mjs`, folder);
  expect(readFileSync(entry, "utf8")).toBe(bundled);
  appendFileSync(join(folder, "src/time/clock.ts"), "// edited\n");
  await succeed(tsc, folder);
  expect(readFileSync(entry, "utf8")).toContain('"./client/connect.js"');
  await succeed("node scripts/bundle.mjs", folder);
  expect(readFileSync(entry, "utf8")).toBe(bundled);
});
