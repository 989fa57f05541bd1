import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import everyday from "../../vitest.config.ts";

/** The long suites, one file after the other: each measures itself and would measure its neighbours. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: everyday.resolve ?? {},
  test: {
    ...everyday.test,
    exclude: [],
    fileParallelism: false,
    execArgv: ["--expose-gc"],
    testTimeout: 60 * 60_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
