/**
 * Generates once, and again whenever something below the schema folder changes.
 *
 * One reader and one emitter keep what did not change: an edit costs what it touches, not the project. A failed round (a
 * folder that may not be written, a schema that does not parse) is reported and the watch goes on.
 */

import { resolve } from "node:path";
import { createReader } from "../read/index.ts";
import { watchFolder } from "./folder-watcher.ts";
import { checkFolders } from "./folders.ts";
import { emitterFor, type GenerateOptions, type GenerateResult, writeModel } from "./generate.ts";

/** One round: its result, or what went wrong beyond diagnostics. */
export type WatchRound =
  | { readonly result: GenerateResult; readonly error?: undefined; readonly ms: number }
  | { readonly result?: undefined; readonly error: unknown; readonly ms: number };

/** Ends when the signal is aborted. `check` is not looked at. */
export async function* watch(options: GenerateOptions, signal?: AbortSignal): AsyncGenerator<WatchRound, void, undefined> {
  checkFolders(options);
  const root = resolve(options.root);
  const reader = createReader({ root });
  const emitter = emitterFor(options);
  for await (const changed of watchFolder(root, signal)) {
    const start = performance.now();
    try {
      const result = await writeModel({ ...options, check: false }, emitter, reader.update(changed));
      yield { result, ms: performance.now() - start };
    } catch (error) {
      yield { error, ms: performance.now() - start };
    }
  }
}
