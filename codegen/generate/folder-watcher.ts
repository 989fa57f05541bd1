/**
 * Tells which files below a folder changed, in batches.
 *
 * One `fs.watch` a folder rather than a recursive one: Node 20's recursive watch misses folders that appear with files in them. What
 * an event says is not believed either (editors write by rename, or twice); it only asks for a look at the folder, and what differs
 * there in time or size since the last look is the batch. The folder above is watched as well: it tells when the folder itself, gone
 * with another branch, is back. Knows nothing of schemas.
 */

import { type FSWatcher, statSync, type WatchListener, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Long enough for an editor to finish, short enough not to be noticed. */
const settleMs = 30;

/**
 * Yields absolute paths of files that came, changed or went. The first batch comes at once and holds every file. Batches that come up
 * while the consumer works are joined. A folder that goes is a batch of all its files; one that is not there at first is an error. Ends
 * when the signal is aborted.
 */
export async function* watchFolder(root: string, signal?: AbortSignal): AsyncGenerator<string[], void, undefined> {
  const events = new Wakeups(signal);
  const watchers = new Watchers(() => events.wake());
  let known = new Map<string, string>();
  let first = true;
  try {
    await readdir(root);
    while (!events.ended) {
      // Watchers first: what changes between them and the look wakes us again.
      const present = await look(root, watchers);
      const changed = differences(known, present);
      known = present;
      if (changed.length > 0 || first) yield changed;
      first = false;
      await events.next();
    }
  } finally {
    watchers.keep(new Set());
    events.close();
  }
}

/** Every file with what tells its versions apart; every folder watched. */
async function look(root: string, watchers: Watchers): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const folders = new Set([watchers.watchAbove(root)]);
  const visit = async (folder: string): Promise<void> => {
    watchers.watch(folder);
    folders.add(folder);
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
  await visitIfThere(root);
  watchers.keep(folders);
  return files;
}

/** One watcher a folder. A folder that went and came again is another one, which the old watcher does not see. */
class Watchers {
  readonly #wake: () => void;
  readonly #open = new Map<string, { readonly watcher: FSWatcher; readonly version: string }>();

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** @throws ENOENT where there is no folder */
  watch(folder: string, wake: WatchListener<string> = this.#wake): void {
    const { ino, birthtimeNs } = statSync(folder, { bigint: true });
    const version = `${ino} ${birthtimeNs}`;
    const known = this.#open.get(folder);
    if (known?.version === version) return;
    known?.watcher.close();
    const watcher = watch(folder, { persistent: true }, wake);
    watcher.on("error", this.#wake);
    this.#open.set(folder, { watcher, version });
  }

  /** Watches the nearest folder above that is there, but for what is written to its files. @returns which that is */
  watchAbove(folder: string): string {
    const above = dirname(folder);
    try {
      this.watch(above, (event) => {
        if (event === "rename") this.#wake();
      });
      return above;
    } catch (error) {
      if (above === folder) throw error;
      ignoreMissing(error as NodeJS.ErrnoException);
      return this.watchAbove(above);
    }
  }

  /** Closes all but these. */
  keep(folders: ReadonlySet<string>): void {
    for (const [folder, { watcher }] of this.#open) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#open.delete(folder);
    }
  }
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
