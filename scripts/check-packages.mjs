/** Looks at each workspace as npm would publish it: publint on its package.json and files, attw on how its types resolve. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => `${root}node_modules/.bin/${name}`;

let failed = false;
for (const workspace of ["src", "codegen", "cli"]) {
  // `cli` has no importable entry: its types are nobody's.
  const checks = [["publint", "run", workspace, "--strict"]];
  if (workspace !== "cli") checks.push(["attw", "--pack", workspace, "--profile", "esm-only", "--format", "ascii", "--no-emoji"]);
  for (const [command, ...args] of checks) {
    const { status, stdout, stderr } = spawnSync(bin(command), args, { cwd: root, encoding: "utf8" });
    console.log(`${command} ${args.join(" ")}: ${status === 0 ? "good" : `\n${stdout}${stderr}`}`);
    if (status !== 0) failed = true;
  }
}
process.exit(failed ? 1 : 0);
