/** Before any test: the schemas of `test/codegen/schemas` are generated into `test/.generated/schemas`. */

import { fileURLToPath } from "node:url";
import { generate } from "../../codegen/index.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export async function setup(): Promise<void> {
  const { diagnostics, ok } = await generate({
    root: at("../codegen/schemas"),
    out: at("../.generated/schemas"),
    importExtension: "ts",
  });
  if (!ok) throw new Error(diagnostics.map(({ place, message }) => `${place.file}:${place.line} ${message}`).join("\n"));
}
