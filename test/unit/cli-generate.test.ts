/** `taut generate` as a shell sees it: exit status, stdout, stderr and files. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Outcome, type RunningTaut, startTaut } from "./cli-process.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taut-cli-"));
  put("schemas/shop/v1/orders.ts", orders);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const orders = `export interface Orders {
  place(request: Order): Promise<Order>;
}
export interface Order {
  id: string;
}
`;

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const read = (path: string): string => readFileSync(join(folder, path), "utf8");

const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningTaut => startTaut(args, { cwd: folder, env });
const taut = (...args: string[]): Promise<Outcome> => start(args).outcome;

describe("taut generate", () => {
  test("writes modules, says so on stderr, and writes nothing the second time", async () => {
    expect(await taut("generate", "schemas", "--out", "out")).toEqual({
      status: 0,
      stdout: "",
      stderr: "out: 1 file written, 0 unchanged\n",
    });
    expect(read("out/shop/v1/orders.ts")).toContain("export class OrdersClient");
    expect((await taut("generate", "schemas", "--out", "out")).stderr).toBe("out: 0 files written, 1 unchanged\n");
  });

  test("takes `schemas` and `generated` when nothing is said", async () => {
    expect((await taut("generate")).status).toBe(0);
    expect(existsSync(join(folder, "generated/shop/v1/orders.ts"))).toBe(true);
  });

  test("deletes what is stale, and tells how much", async () => {
    put("schemas/old.ts", "export interface Old { a: string }\n");
    await taut("generate");
    rmSync(join(folder, "schemas/old.ts"));
    expect((await taut("generate")).stderr).toBe("generated: 0 files written, 1 unchanged, 1 deleted\n");
    expect(readdirSync(join(folder, "generated"))).toEqual(["shop"]);
  });

  test("emits JavaScript and declarations, with the specifiers that were asked for", async () => {
    put("schemas/shop/v1/more.ts", 'import type { Order } from "./orders.ts";\nexport interface Page { orders: Order[] }\n');
    expect((await taut("generate", "--emit", "js", "--import-extension", "none")).status).toBe(0);
    expect(readdirSync(join(folder, "generated/shop/v1"))).toEqual(["more.d.ts", "more.js", "orders.d.ts", "orders.js"]);
    expect(read("generated/shop/v1/more.d.ts")).toContain('from "./orders"');
  });

  test("reports every diagnostic with its place, reason and remedy, writes nothing, and exits 1", async () => {
    put("schemas/bad.ts", "export interface Bad {\n  a(x: () => void): Promise<void>;\n  b(x: symbol): Promise<void>;\n}\n");
    const { status, stdout, stderr } = await taut("generate");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^schemas\/bad\.ts:2:\d+ error TAUT\d+ .+\n {4}.+\n {4}instead: .+\n/m);
    expect(stderr).toMatch(/^schemas\/bad\.ts:3:\d+ error TAUT\d+ /m);
    expect(stderr).toMatch(/^2 errors, nothing written$/m);
    expect(existsSync(join(folder, "generated"))).toBe(false);
  });

  test("--json puts the result on stdout, diagnostics and paths, and nothing else anywhere", async () => {
    const { status, stdout, stderr } = await taut("generate", "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      missing: ["shop/v1/orders.ts"],
      changed: [],
      stale: [],
      foreign: [],
      unchanged: 0,
      diagnostics: [],
      ok: true,
    });
  });

  test("colours words for a terminal alone", async () => {
    put("schemas/bad.ts", "export interface Bad { a: symbol }\nexport interface S { m(x: Bad): Promise<void> }\n");
    expect((await taut("generate")).stderr).not.toContain("\u001b");
  });
});

describe("taut generate --check", () => {
  test("exits 0 when nothing would change", async () => {
    await taut("generate");
    expect(await taut("generate", "--check")).toEqual({ status: 0, stdout: "", stderr: "generated is up to date\n" });
  });

  test("exits 1 for missing, changed and stale files, names them, and touches nothing", async () => {
    put("schemas/old.ts", "export interface Old { a: string }\n");
    await taut("generate");
    rmSync(join(folder, "schemas/old.ts"));
    put("schemas/new.ts", "export interface New { a: string }\n");
    put("schemas/shop/v1/orders.ts", orders.replace("id: string", "id: number"));
    const before = read("generated/shop/v1/orders.ts");
    const { status, stderr } = await taut("generate", "--check");
    expect(status).toBe(1);
    expect(stderr.split("\n")).toEqual([
      "missing: generated/new.ts",
      "changed: generated/shop/v1/orders.ts",
      "stale: generated/old.ts",
      "generated differs from its schemas: run taut generate",
      "",
    ]);
    expect(read("generated/shop/v1/orders.ts")).toBe(before);
    expect(existsSync(join(folder, "generated/new.ts"))).toBe(false);
  });
});

describe("taut generate --watch", () => {
  test("generates at once and after every edit, reports errors and goes on, and ends on SIGTERM with 0", async () => {
    const { child, outcome } = start(["generate", "--watch"]);
    try {
      await expect.poll(() => existsSync(join(folder, "generated/shop/v1/orders.ts")), { timeout: 10_000 }).toBe(true);
      put("schemas/shop/v1/orders.ts", orders.replaceAll("Order", "Purchase").replace("Purchases", "Orders"));
      await expect.poll(() => read("generated/shop/v1/orders.ts"), { timeout: 5_000 }).toContain("encodePurchase");
      put("schemas/bad.ts", "export interface S { m(x: symbol): Promise<void> }\n");
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(existsSync(join(folder, "generated/bad.ts"))).toBe(false);
      put("schemas/bad.ts", "export interface S { m(x: string): Promise<void> }\n");
      await expect.poll(() => existsSync(join(folder, "generated/bad.ts")), { timeout: 5_000 }).toBe(true);
    } finally {
      child.kill("SIGTERM");
    }
    const { status, stderr } = await outcome;
    expect(status).toBe(0);
    expect(stderr).toMatch(/schemas\/bad\.ts:1:\d+ error TAUT\d+/);
  });
});

test("--watch says that the schema folder is gone, deletes nothing, and goes on when it is back", async () => {
  const { child, outcome } = start(["generate", "--watch"]);
  try {
    await expect.poll(() => existsSync(join(folder, "generated/shop/v1/orders.ts")), { timeout: 10_000 }).toBe(true);
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    renameSync(join(folder, "schemas"), join(folder, "away"));
    await expect.poll(() => said, { timeout: 5_000 }).toContain("the schema folder cannot be read");
    expect(existsSync(join(folder, "generated/shop/v1/orders.ts"))).toBe(true);
    put("away/more.ts", "export interface More { a: string }\n");
    renameSync(join(folder, "away"), join(folder, "schemas"));
    await expect.poll(() => existsSync(join(folder, "generated/more.ts")), { timeout: 5_000 }).toBe(true);
  } finally {
    child.kill("SIGTERM");
  }
  expect((await outcome).status).toBe(0);
});

describe("what other runs wrote", () => {
  test("stays when the output folder is left empty, or is the one above", async () => {
    await taut("generate", "--out", "dist", "--emit", "js");
    await taut("generate", "--out", "a");
    for (const out of ["", "."]) expect((await taut("generate", "--out", out)).status).toBe(2);
    expect(existsSync(join(folder, "dist/shop/v1/orders.js"))).toBe(true);
    expect(existsSync(join(folder, "a/shop/v1/orders.ts"))).toBe(true);
  });
});

describe("a reader who has left", () => {
  test.each(["stdout", "stderr"] as const)("of %s ends the command with 0 and without a word", async (stream) => {
    const { child, outcome } = start(stream === "stdout" ? ["generate", "--json"] : ["generate"]);
    child[stream].destroy();
    expect(await outcome).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(existsSync(join(folder, "generated/shop/v1/orders.ts"))).toBe(true);
  });
});

describe("configuration", () => {
  test("stands in for flags, and flags win", async () => {
    put("taut.config.json", JSON.stringify({ schemas: "schemas", out: "lib", emit: "js" }));
    await taut("generate");
    expect(readdirSync(join(folder, "lib/shop/v1"))).toEqual(["orders.d.ts", "orders.js"]);
    await taut("generate", "--emit", "ts", "--out", "src");
    expect(readdirSync(join(folder, "src/shop/v1"))).toEqual(["orders.ts"]);
  });
});

describe("wrong usage exits 2 with one line of reason", () => {
  test.each<[string, readonly string[], string]>([
    ["an unknown flag", ["generate", "--ouput", "x"], "ouput"],
    ["an unknown command", ["genrate"], 'unknown command "genrate"; known: generate, health\n'],
    ["an unknown command with flags", ["bogus", "x", "--flag"], 'unknown command "bogus"; known: generate, health\n'],
    ["no command", [], "a command is needed"],
    ["a value that is none", ["generate", "--emit", "coffee"], 'emit must be "ts" or "js", not "coffee"\n'],
    [
      "an extension that is none",
      ["generate", "--import-extension", "mjs"],
      'importExtension must be "js", "ts" or "none", not "mjs"',
    ],
    ["a flag given twice", ["generate", "--out", "a", "--out", "b"], "out is given more than once"],
    ["an empty output folder", ["generate", "--out", ""], "out must not be empty"],
    ["a forgotten output folder", ["generate", "--out", "--check"], "out must not be empty"],
    ["an empty schema folder", ["generate", ""], "schemas must not be empty"],
    ["a flag turned around", ["generate", "--no-out"], "no-out"],
    ["a flag with a dot", ["generate", "--out.x", "y"], "out.x"],
    ["output around the schemas", ["generate", "--out", "."], "holds the schema folder"],
    ["output into a file", ["generate", "--out", "schemas/shop/v1/orders.ts/x"], "which is a file"],
    ["flags that exclude each other", ["generate", "--watch", "--check"], "goes with neither"],
    ["output into the schemas", ["generate", "--out", "schemas/generated"], "lies in the schema folder"],
    ["a schema folder that is not there", ["generate", "nowhere"], "nowhere"],
  ])("%s", async (_what, args, words) => {
    const { status, stdout, stderr } = await taut(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^taut: .+/);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test("in English whatever the locale, and points to the help of the command that was meant", async () => {
    const german = { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" };
    expect(await start(["generate", "--ouput", "x"], german).outcome).toEqual({
      status: 2,
      stdout: "",
      stderr: "taut: unknown argument: ouput\ntaut generate --help says how\n",
    });
    expect((await taut("genrate")).stderr).toContain("\ntaut --help says how\n");
    expect((await taut("generate", "--emit", "coffee")).stderr.trimEnd().split("\n")).toHaveLength(2);
  });

  test("without a stack, even with --verbose", async () => {
    expect((await taut("generate", "--ouput", "x", "--verbose")).stderr).toBe(
      "taut: unknown argument: ouput\ntaut generate --help says how\n",
    );
    expect((await taut("generate", "--out", "", "--verbose")).stderr).not.toMatch(/^ +at /m);
  });

  test("a file as output folder, which stays", async () => {
    put("generated", "mine");
    const { status, stderr } = await taut("generate");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^taut: the output folder .+generated is a file$/m);
    expect(read("generated")).toBe("mine");
  });

  test("a configuration with an unknown key", async () => {
    put("taut.config.json", '{ "outDir": "x" }');
    expect(await taut("generate")).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("unexpected errors", () => {
  test("are one line and exit 1; --verbose adds the stack", async () => {
    put("generated/shop/v1/orders.ts", "export const mine = 1;\n");
    const quiet = await taut("generate");
    expect(quiet).toMatchObject({ status: 1, stdout: "" });
    expect(quiet.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(quiet.stderr).toContain("generated/shop/v1/orders.ts");
    expect((await taut("generate", "--verbose")).stderr).toMatch(/^ +at /m);
  });
});

test("--help and --version say what they should on stdout", async () => {
  const help = await taut("generate", "--help");
  expect(help.status).toBe(0);
  expect(help.stdout).toContain("show help");
  expect(help.stdout).toContain("show version number");
  expect(await taut("generate", "-h")).toEqual(help);
  expect((await taut("-h")).stdout).toBe((await taut("--help")).stdout);
  for (const word of ["--out", "--emit", "--import-extension", "--watch", "--check", "--json", "--verbose"]) {
    expect(help.stdout).toContain(word);
  }
  expect(await taut("--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
