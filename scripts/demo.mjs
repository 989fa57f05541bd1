/** `npm run demo`: builds, generates from `schemas/`, compiles the shop (Node 20 runs no TypeScript) and lets it work. Exit 0 if all went well. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = "node_modules/typescript/bin/tsc";

const steps = [
  { says: "building taut", args: [tsc, "-b"] },
  {
    says: "taut generate schemas --out examples/shop/generated",
    args: ["cli/dist/main.js", "generate", "schemas", "--out", "examples/shop/generated"],
  },
  { says: "compiling examples/shop", args: [tsc, "-p", "examples/shop"] },
  { says: "starting the shop", args: ["examples/shop/dist/examples/shop/demo.js"] },
];

for (const { says, args } of steps) {
  console.log(`> ${says}`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
