/**
 * Tells which files below a folder changed, in batches.
 *
 * One `fs.watch` a folder rather than a recursive one: Node 20's recursive watch misses folders that appear with files in them. What
 * an event says is not believed either (editors write by rename, or twice); it only asks for a look at the folder, and what differs
 * there in time or size since the last look is the batch. Knows nothing of schemas.
 */

import { type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Long enough for an editor to finish, short enough not to be noticed. */
const settleMs = 30;

/**
 * Yields absolute paths of files that came, changed or went. The first batch comes at once and holds every file. Batches that come up
 * while the consumer works are joined. Ends when the signal is aborted.
 */
export async function* watchFolder(root: string, signal?: AbortSignal): AsyncGenerator<string[], void, undefined> {
  const events = new Wakeups(signal);
  const watchers = new Map<string, FSWatcher>();
  let known = new Map<string, string>();
  try {
    while (!events.ended) {
      // Watchers first: what changes between them and the look wakes us again.
      const present = await look(root, watchers, () => events.wake());
      const changed = differences(known, present);
      const first = known.size === 0 && changed.length === 0;
      known = present;
      if (changed.length > 0 || first) yield changed;
      await events.next();
    }
  } finally {
    for (const watcher of watchers.values()) watcher.close();
    events.close();
  }
}

/** Every file with what tells its versions apart; every folder watched. */
async function look(root: string, watchers: Map<string, FSWatcher>, wake: () => void): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const folders = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    folders.add(folder);
    if (!watchers.has(folder)) {
      const watcher = watch(folder, { persistent: true }, wake);
      watcher.on("error", wake);
      watchers.set(folder, watcher);
    }
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await visitIfThere(path);
      else if (entry.name.endsWith(".ts")) await addIfThere(path);
    }
  };
  const visitIfThere = (folder: string) => visit(folder).catch(ignoreMissing);
  const addIfThere = async (path: string) => {
    const found = await stat(path, { bigint: true }).catch(ignoreMissing);
    if (found !== undefined) files.set(path, `${found.mtimeNs} ${found.size} ${found.ino}`);
  };
  await visit(root);
  for (const [folder, watcher] of watchers) {
    if (folders.has(folder)) continue;
    watcher.close();
    watchers.delete(folder);
  }
  return files;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const changed = [...after].filter(([path, version]) => before.get(path) !== version).map(([path]) => path);
  const gone = [...before.keys()].filter((path) => !after.has(path));
  return [...changed, ...gone].sort();
}

/** Joins wake-ups that come close together, and those that come while nobody waits. */
class Wakeups {
  ended = false;
  readonly #signal: AbortSignal | undefined;
  readonly #end = (): void => {
    this.ended = true;
    this.#resolve?.();
  };
  #pending = false;
  #timer: NodeJS.Timeout | undefined;
  #resolve: (() => void) | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    if (signal?.aborted === true) this.ended = true;
    else signal?.addEventListener("abort", this.#end, { once: true });
  }

  wake(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#pending = true;
      this.#resolve?.();
    }, settleMs);
  }

  async next(): Promise<void> {
    if (!this.#pending && !this.ended) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#pending = false;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#end);
  }
}
