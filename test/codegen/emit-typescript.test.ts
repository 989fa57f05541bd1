/** Emitted modules compile, strictly, with every TypeScript that users have; and pass Biome as it comes. */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import ts from "typescript-5-9";
import { describe, expect, test } from "vitest";
import { caseNames, validFolder } from "./emit-cases.ts";
import { readFolder } from "./emit-read-folder.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

describe("emitted modules and declarations", () => {
  test.each(["typescript-5-9", "typescript-6-0", "typescript"])("compile with %s", async (compiler) => {
    const tsc = join(root, "node_modules", compiler, "bin/tsc");
    await expect(outcome(process.execPath, [tsc, "-p", "test/codegen/tsconfig.valid.json"])).resolves.toBe("");
  });

  test("need no other file to be declared (isolatedDeclarations)", () => {
    const complaints = caseNames().flatMap((name) =>
      Object.entries(readFolder(join(validFolder, name, "ts"))).flatMap(([path, text]) => {
        const { diagnostics = [] } = ts.transpileDeclaration(text, {
          fileName: path,
          reportDiagnostics: true,
          compilerOptions: { isolatedDeclarations: true, declaration: true, target: ts.ScriptTarget.ES2022 },
        });
        return diagnostics.map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
      }),
    );
    expect(complaints).toEqual([]);
  });

  test("hold nothing that Node's type stripping cannot erase", async () => {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const said = await outcome(process.execPath, [tsc, "-p", "test/codegen/tsconfig.valid.json", "--erasableSyntaxOnly"]);
    const places = said.split("\n").filter((line) => line !== "");
    // The enums of schemas are the schemas' own.
    expect(places.filter((place) => !/^test\/codegen\/valid\/[^/]+\/schemas\//.test(place))).toEqual([]);
    expect(places.length).toBeGreaterThan(0);
  });

  test.runIf((process.features as { typescript?: unknown }).typescript)("run as they are where Node erases types", async () => {
    const modules = [
      "calls/ts/shop/v1/orders.ts",
      "faults/ts/shop/v1/stock.ts",
      "names/ts/odd/names.ts",
      "recursive/ts/tree/nodes.ts",
    ];
    await expect(outcome(process.execPath, importing(modules))).resolves.toBe("");
  });

  test("emitted JavaScript runs on this Node as it is", async () => {
    const modules = caseNames().flatMap((name) =>
      Object.keys(readFolder(join(validFolder, name, "js")))
        .filter((path) => path.endsWith(".js"))
        .map((path) => `${name}/js/${path}`),
    );
    await expect(outcome(process.execPath, ["--disallow-code-generation-from-strings", ...importing(modules)])).resolves.toBe("");
  });

  test("emitted JavaScript calls and is called where code may not be made from strings", async () => {
    const calls = `
      const { createServer } = await import("taut");
      const { createTestChannel } = await import("taut/testing");
      const { StockService, StockClient } = await import(${JSON.stringify(moduleUrl("faults/js/shop/v1/stock.js"))});
      const names = Object.getOwnPropertyNames(StockClient.prototype).filter((name) => name !== "constructor");
      const handler = Object.fromEntries(names.map((name) => [name, () => { throw new Error(name); }]));
      const server = createServer().add(StockService, handler);
      const channel = createTestChannel(server);
      const client = new StockClient(channel);
      for (const name of names) {
        const answer = client[name]({});
        if (answer instanceof Promise) await answer.catch(() => {});
      }
      await channel.close();
      await server.close();
      const { encodeScalars, decodeScalars } = await import(${JSON.stringify(moduleUrl("scalars/js/kinds/v1/scalars.js"))});
      try { decodeScalars(new Uint8Array(5)); } catch (error) { if (error.name !== "CodecError") throw error; }
      try { encodeScalars({}); } catch (error) { if (error.name !== "CodecError") throw error; }
      try { new Function("return 1"); console.log("code was made from a string"); } catch {}`;
    const args = ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", calls];
    await expect(outcome(process.execPath, args)).resolves.toBe("");
  });

  test("pass Biome's recommended rules", async () => {
    const folder = mkdtempSync(join(tmpdir(), "taut-biome-"));
    try {
      const configuration = { root: true, formatter: { enabled: false }, linter: { rules: { preset: "recommended" } } };
      writeFileSync(join(folder, "biome.json"), JSON.stringify(configuration));
      const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
      const folders = caseNames().flatMap((name) => [join(validFolder, name, "ts"), join(validFolder, name, "js")]);
      const args = [biome, "lint", `--config-path=${folder}`, "--error-on-warnings", "--max-diagnostics=200", ...folders];
      await expect(outcome(process.execPath, args)).resolves.toMatch(/^Checked \d+ files in [^.]*\. No fixes applied\.\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function moduleUrl(path: string): string {
  return pathToFileURL(join(validFolder, path)).href;
}

/** Arguments that make Node import modules of `valid/`, one after another. */
function importing(modules: readonly string[]): string[] {
  const lines = modules.map((path) => `await import(${JSON.stringify(pathToFileURL(join(validFolder, path)).href)});`);
  return ["--input-type=module", "--eval", lines.join("\n")];
}

/** What a command says; nothing when it is content and quiet. */
async function outcome(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(command, args, { cwd: root, maxBuffer: 1 << 24 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}
