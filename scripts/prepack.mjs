/**
 * `prepack` of every workspace (npm runs it in the workspace's folder): builds, drops what is left in `dist` of sources that are
 * gone, and puts README, LICENSE and CHANGELOG beside package.json. A fresh clone after `npm ci` needs nothing else before `npm pack`.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const workspace = process.cwd();
const dist = join(workspace, "dist");

execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", root], { stdio: "inherit" });
execFileSync(process.execPath, [join(root, "scripts/bundle.mjs")], { stdio: "inherit" });

for (const file of readdirSync(dist, { recursive: true })) {
  const emitted = /^(.*)\.(?:js|js\.map|d\.ts)$/.exec(String(file));
  if (emitted !== null && !emitted[1].startsWith("chunks/") && !existsSync(join(workspace, `${emitted[1]}.ts`)))
    rmSync(join(dist, emitted[0]));
}
for (const file of ["README.md", "LICENSE", "CHANGELOG.md"]) copyFileSync(join(root, file), join(workspace, file));
