/**
 * Brings a folder of emitted files up to date: writes what changed, deletes what is stale, leaves everything else alone.
 *
 * All new contents stand in temporary files before the first is renamed into its place, so a full disk or a missing permission
 * leaves the folder as it was. A file that is not ours is never overwritten nor deleted. Knows nothing of schemas.
 */

import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type CompareOptions, compareFolder, type Difference, type FileText } from "./compare-folder.ts";

/** What `writeFiles` refuses: a path that it should write is taken by a file of somebody else. */
export class ForeignFileError extends Error {
  /** Posix paths below the output folder. */
  readonly paths: readonly string[];

  constructor(out: string, paths: readonly string[]) {
    const list = paths.map((path) => join(out, path)).join(", ");
    super(`not overwritten, because taut did not write it: ${list}; move it away or choose another output folder`);
    this.paths = paths;
  }

  static {
    Object.defineProperty(ForeignFileError.prototype, "name", { value: "ForeignFileError", configurable: true });
  }
}

/** @returns what was different, now mended */
export async function writeFiles(options: CompareOptions): Promise<Difference> {
  const { out, files } = options;
  const difference = await compareFolder(options);
  if (difference.foreign.length > 0) throw new ForeignFileError(out, difference.foreign);
  const wanted = new Set([...difference.missing, ...difference.changed]);
  await replaceAll(
    out,
    files.filter(({ path }) => wanted.has(path)),
  );
  for (const path of difference.stale) await unlink(join(out, path));
  await removeEmptyFolders(out, difference.stale);
  return difference;
}

async function replaceAll(out: string, files: readonly FileText[]): Promise<void> {
  const suffix = `${randomBytes(6).toString("hex")}.tmp`;
  const moves = files.map(({ path, text }) => {
    const target = join(out, path);
    return { target, text, temporary: join(dirname(target), `.${basename(target)}.${suffix}`) };
  });
  try {
    for (const { target, temporary, text } of moves) {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(temporary, text, { flag: "wx" });
    }
    for (const { target, temporary } of moves) await rename(temporary, target);
  } catch (error) {
    await Promise.allSettled(moves.map(({ temporary }) => rm(temporary, { force: true })));
    throw error;
  }
}

/** The folders that deleted files leave empty, from the inside out; never the output folder itself. */
async function removeEmptyFolders(out: string, deleted: readonly string[]): Promise<void> {
  for (const path of deleted) {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      try {
        await rmdir(join(out, folder));
      } catch {
        break; // not empty
      }
    }
  }
}
