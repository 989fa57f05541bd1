/** The two folders that `generate` works on, and what must hold of them before anything is read. */

import { realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

/** Options that cannot be meant so. A caller's mistake, not one of the schemas. */
export class OptionError extends TypeError {
  static {
    Object.defineProperty(OptionError.prototype, "name", { value: "OptionError", configurable: true, writable: true });
  }
}

export function checkFolders({ root, out }: { readonly root: string; readonly out: string }): void {
  // `resolve` would make the current folder of it.
  for (const [name, folder] of Object.entries({ root, out }))
    if (folder === "") throw new OptionError(`${name} must not be empty`);
  if (statsOf(root)?.isDirectory() !== true) throw new OptionError(`no schema folder at ${root}`);
  const file = fileOnTheWay(resolve(out));
  if (file === resolve(out)) throw new OptionError(`the output folder ${out} is a file`);
  if (file !== undefined) throw new OptionError(`the output folder ${out} would lie in ${file}, which is a file`);
  const [realRoot, realOut] = [realPath(resolve(root)), realPath(resolve(out))];
  if (contains(realRoot, realOut)) {
    throw new OptionError(`the output folder ${out} lies in the schema folder ${root}: what is written would be read as schemas`);
  }
  // Whatever carries our header below the output folder and is not emitted now counts as stale.
  if (contains(realOut, realRoot)) {
    throw new OptionError(
      `the output folder ${out} holds the schema folder ${root}: what was generated into other folders of it would be deleted`,
    );
  }
}

/** From the output folder to the schema root, as import specifiers say it. */
export function posixRelative(from: string, to: string): string {
  return relative(resolve(from), resolve(to)).split(sep).join("/");
}

/** Itself, or below. Both absolute. */
function contains(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  // On another drive, `relative` answers an absolute path.
  return !(inside === ".." || inside.startsWith(`..${sep}`) || resolve(inside) === inside);
}

/** The path itself, or the nearest above it that is there, if that is no folder. */
function fileOnTheWay(path: string): string | undefined {
  const stats = statsOf(path);
  if (stats === undefined) return dirname(path) === path ? undefined : fileOnTheWay(dirname(path));
  return stats.isDirectory() ? undefined : path;
}

/** Without links, as far as the path is there: a link may lead around a comparison of names. */
function realPath(path: string): string {
  if (statsOf(path) !== undefined) return realpathSync.native(path);
  return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
}

/** Nothing too where a file stands on the way. What else the file system refuses, it says itself. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
