/** What holds of the flags of every command, whatever they mean: yargs is content with more. */

import { UsageError } from "./usage-error.ts";

/** A flag that takes one value is a list where it is given twice, and "" where its value was forgotten. */
export function checkGiven<Flags extends object>(flags: Flags, names: readonly (keyof Flags & string)[]): void {
  for (const name of names) {
    if (Array.isArray(flags[name])) throw new UsageError(`${name} is given more than once`);
    if (flags[name] === "") throw new UsageError(`${name} must not be empty`);
  }
}
