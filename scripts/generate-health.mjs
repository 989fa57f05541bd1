/**
 * Makes `src/health/health-service.ts` and `health-schema.ts` from `schemas/taut/health/v1/health.ts`. They are checked in: `taut`
 * must build before its generator does. A test fails when the schema has changed and this was not run.
 *
 *     npm run build && node scripts/generate-health.mjs
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const schema = "taut/health/v1/health.ts";
const out = mkdtempSync(join(root, ".health-"));
try {
  execFileSync(process.execPath, ["cli/dist/main.js", "generate", "schemas", "--out", out, "--import-extension", "ts"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const service = readFileSync(join(out, schema), "utf8")
    .replace(/^\/\/.*\n+/, "")
    .replaceAll(/"(?:\.\.\/)+schemas\/taut\/health\/v1\/health\.ts"/g, '"./health-schema.ts"')
    .replaceAll('"taut/runtime/v1"', '"../runtime/v1.ts"');
  const header = `/** Made from schemas/${schema} by scripts/generate-health.mjs: what \`taut generate\` emits, with our own paths. Do not edit. */\n\n`;
  writeFileSync(join(root, "src/health/health-service.ts"), header + service);
  const types = readFileSync(join(root, "schemas", schema), "utf8");
  writeFileSync(
    join(root, "src/health/health-schema.ts"),
    `/** A copy of schemas/${schema}: this package builds without its neighbours. Do not edit. */\n\n${types}`,
  );
} finally {
  rmSync(out, { recursive: true, force: true });
}
