/** What the documents promise exists: the files they link to, the scripts they name. The quick start is run by `pack.test.ts`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { codeBlocks } from "./readme-blocks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts;

const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "examples"]
  .flatMap((path) =>
    path.endsWith(".md")
      ? [path]
      : readdirSync(join(root, path), { recursive: true, encoding: "utf8" }).map((name) => `${path}/${name}`),
  )
  .filter((path) => path.endsWith(".md") && !path.includes("node_modules"));

describe.each(documents)("%s", (path) => {
  const text = readFileSync(join(root, path), "utf8");

  it("links to files that exist", () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, target]) => target ?? "")
      .filter((target) => !/^[a-z]+:/.test(target));
    expect(links.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const named = [...text.matchAll(/\bnpm (?:run (?<script>[\w:-]+)|(?<test>test)\b)/g)].map(
      ({ groups }) => groups?.script ?? groups?.test ?? "",
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe("the README", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");

  it("goes from an interface to a typed call in 25 lines", () => {
    const written = codeBlocks(readme).filter(({ file }) => file !== undefined);
    expect(written.map(({ file }) => file)).toEqual(["schemas/hello/v1/greeter.ts", "server.ts", "client.ts"]);
    expect(written.reduce((lines, { text }) => lines + text.trim().split("\n").length, 0)).toBeLessThanOrEqual(25);
  });
});
