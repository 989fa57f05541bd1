/** How a folder differs from what was emitted for it: the answer of `--check`, and the plan of `writeFiles`. */

import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A file that there should be. */
export interface FileText {
  /** Posix path below the folder. */
  readonly path: string;
  readonly text: string;
}

/** Posix paths below the folder, each list sorted. */
export interface Difference {
  readonly missing: readonly string[];
  readonly changed: readonly string[];
  /** Ours, but no longer emitted. */
  readonly stale: readonly string[];
  /** In the way of an emitted file, and not ours. */
  readonly foreign: readonly string[];
  readonly unchanged: number;
}

export interface CompareOptions {
  /** The folder; it need not exist. */
  readonly out: string;
  readonly files: readonly FileText[];
  /** True for the text of a file that an earlier run wrote; its first 200 characters are enough to tell. */
  isOurs(text: string): boolean;
}

export async function compareFolder({ out, files, isOurs }: CompareOptions): Promise<Difference> {
  const wanted = new Map(files.map(({ path, text }) => [path, text]));
  const missing = new Set(wanted.keys());
  const changed: string[] = [];
  const stale: string[] = [];
  const foreign: string[] = [];
  for (const path of await sourceFiles(out, "")) {
    const text = wanted.get(path);
    if (text === undefined) {
      if (isOurs(await startOf(join(out, path)))) stale.push(path);
      continue;
    }
    missing.delete(path);
    const present = await readFile(join(out, path), "utf8");
    if (present !== text) (isOurs(present) ? changed : foreign).push(path);
  }
  const different = missing.size + changed.length + foreign.length;
  return {
    missing: [...missing].sort(),
    changed: changed.sort(),
    stale: stale.sort(),
    foreign: foreign.sort(),
    unchanged: files.length - different,
  };
}

/** Whatever an emitter may have written. Links are not followed; `node_modules` and hidden folders are not looked into. */
async function sourceFiles(out: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entries(join(out, folder))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules" && !entry.name.startsWith(".")) found.push(...(await sourceFiles(out, path)));
    } else if (/\.(?:ts|js)$/.test(entry.name)) {
      found.push(path);
    }
  }
  return found;
}

/** Enough of a file to see whose it is: the output folder may hold other sources, and large ones. */
async function startOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(200), 0, 200, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function entries(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
