/** The two folders that `generate` works on, and what must hold of them before anything is read. */

import { statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";

/** Options that cannot be meant so. A caller's mistake, not one of the schemas. */
export class OptionError extends TypeError {
  static {
    Object.defineProperty(OptionError.prototype, "name", { value: "OptionError", configurable: true, writable: true });
  }
}

export function checkFolders({ root, out }: { readonly root: string; readonly out: string }): void {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) throw new OptionError(`no schema folder at ${root}`);
  const inside = relative(resolve(root), resolve(out));
  // On another drive, `relative` answers an absolute path.
  const outside = inside === ".." || inside.startsWith(`..${sep}`) || resolve(inside) === inside;
  if (!outside) {
    throw new OptionError(`the output folder ${out} lies in the schema folder ${root}: what is written would be read as schemas`);
  }
}

/** From the output folder to the schema root, as import specifiers say it. */
export function posixRelative(from: string, to: string): string {
  return relative(resolve(from), resolve(to)).split(sep).join("/");
}
