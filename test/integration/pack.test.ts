/**
 * What a new user does: packs the three packages, installs them into an empty folder, and follows the README's quick start by its
 * own code blocks. Needs the npm registry (or its cache) for the packages that ours depend on.
 */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, startServer, succeed } from "./child-process.ts";
import { codeBlocks } from "./readme-blocks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const blocks = codeBlocks(readFileSync(join(root, "README.md"), "utf8"));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);

/** Holds `taut`, where a clone would be, and `hello`, the user's project. */
const folder = mkdtempSync(join(tmpdir(), "taut-pack-"));
const clone = join(folder, "taut");
const project = join(folder, "hello");

beforeAll(async () => {
  mkdirSync(clone);
  await succeed(`npm pack --workspaces --pack-destination ${clone}`, root);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("npm pack --workspaces", () => {
  it("makes three tarballs", () => {
    expect(readdirSync(clone).sort()).toEqual(["taut-0.1.0.tgz", "taut-cli-0.1.0.tgz", "taut-codegen-0.1.0.tgz"]);
  });

  it.each(["taut-0.1.0.tgz", "taut-cli-0.1.0.tgz", "taut-codegen-0.1.0.tgz"])(
    "puts into %s what users need and nothing else",
    async (tarball) => {
      const { stdout } = await succeed(`tar -tzf ${tarball}`, clone);
      const files = stdout
        .trim()
        .split("\n")
        .map((path) => path.replace(/^package\//, ""));
      expect(files).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE", "CHANGELOG.md"]));
      expect(
        files.filter(
          (path) =>
            !/^(?:dist\/.*\.(?:js|js\.map|d\.ts)|schema\.(?:d\.ts|js)|config\.schema\.json|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(
              path,
            ),
        ),
      ).toEqual([]);
    },
  );
});

describe("the README's quick start in an empty folder", () => {
  const install = blocks.find(({ text }) => text.includes("npm pack --workspaces"))?.text ?? "";
  const runs = blocks
    .filter(({ language, text }) => language === "sh" && text.includes("taut generate"))
    .map(({ text }) => text.trim().split("\n"));
  const [direct = [], compiled = []] = runs;

  it("installs", { timeout: 240_000 }, async () => {
    const [, ...lines] = install.trim().split("\n");
    await succeed(lines.join("\n"), folder);
    expect(readdirSync(join(project, "node_modules"))).toEqual(expect.arrayContaining(["taut", "@taut", "bson", "typescript"]));
  });

  it("generates, serves and calls", { timeout: 120_000 }, async () => {
    const port = await freePort();
    for (const { file, text } of blocks) {
      if (file === undefined) continue;
      mkdirSync(dirname(join(project, file)), { recursive: true });
      writeFileSync(join(project, file), text.replaceAll("4242", String(port)));
    }
    const lines = runsTypeScript ? direct : compiled;
    const isServer = (line: string): boolean => /^node \S*server\./.test(line);
    const isClient = (line: string): boolean => /^node \S*client\./.test(line);
    for (const line of lines) if (!isServer(line) && !isClient(line)) await succeed(line, project);
    const { child, firstLine } = await startServer(lines.find(isServer) ?? "", project);
    try {
      expect(firstLine).toBe(`listening on tcp://127.0.0.1:${port}`);
      const { stdout, stderr } = await succeed(lines.find(isClient) ?? "", project);
      expect(stderr.replace(/^\(node:\d+\) ExperimentalWarning: Type Stripping[^\n]*\n[^\n]*\n/, "")).toBe("");
      expect(stdout).toBe("Hello, Ada!\nbanned since 2026\n");
    } finally {
      child.kill();
      await once(child, "exit");
    }
  });

  it("typechecks, and a wrong call does not", { timeout: 120_000 }, async () => {
    const tsc = "npx tsc --noEmit --strict --module nodenext --target es2022 --allowImportingTsExtensions";
    await succeed(`${tsc} server.ts client.ts`, project);
    const client = readFileSync(join(project, "client.ts"), "utf8");
    writeFileSync(join(project, "wrong.ts"), client.replace('{ name: "Ada" }', '{ nam: "Ada" }'));
    const wrong = await run(`${tsc} wrong.ts`, project);
    expect(wrong.code).not.toBe(0);
    expect(wrong.stdout).toMatch(/^wrong\.ts\(\d+,\d+\): error TS2561: .*'nam' does not exist in type/);
  });

  it("generates nothing new the second time", { timeout: 60_000 }, async () => {
    await succeed("npx taut generate schemas --out generated --check", project);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
