/**
 * `npm run demo [-- <example>]`: builds, generates from `schemas/`, compiles an example (Node 20 runs no TypeScript) and lets it work.
 * Exit 0 if all went well. Without a name: the shop.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = "node_modules/typescript/bin/tsc";

const entries = { shop: "demo.js", "route-guide": "main.js" };
const [example = "shop"] = process.argv.slice(2);
if (!Object.hasOwn(entries, example)) {
  console.error(`usage: npm run demo -- [${Object.keys(entries).join(" | ")}]`);
  process.exit(2);
}
const folder = `examples/${example}`;

const steps = [
  { says: "building taut", args: [tsc, "-b"] },
  { says: "bundling it", args: ["scripts/bundle.mjs"] },
  {
    says: `taut generate schemas --out ${folder}/generated`,
    args: ["cli/dist/main.js", "generate", "schemas", "--out", `${folder}/generated`],
  },
  { says: `compiling ${folder}`, args: [tsc, "-p", folder] },
  { says: `starting the ${example}`, args: [`${folder}/dist/${folder}/${entries[example]}`] },
];

for (const { says, args } of steps) {
  console.log(`> ${says}`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
