import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests read the sources, not `dist`: an edit shows at once and a stack names the line that was written. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^taut$/, replacement: at("src/index.ts") },
      { find: /^taut\/schema$/, replacement: at("src/schema.js") },
      { find: /^taut\/runtime\/v1$/, replacement: at("src/runtime/v1.ts") },
      { find: /^taut\/runtime\/v1\/bson$/, replacement: at("src/runtime/v1-bson.ts") },
      { find: /^taut\/testing$/, replacement: at("src/testing/index.ts") },
      { find: /^taut\/health$/, replacement: at("src/health/index.ts") },
      { find: /^@taut\/codegen$/, replacement: at("codegen/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/long/**"],
    globalSetup: ["test/support/generate-schemas.ts"],
    testTimeout: 30_000,
    pool: "forks",
  },
});
