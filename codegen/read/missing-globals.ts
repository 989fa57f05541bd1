/** Global types that schemas do not have, because they are nothing that could travel: those of Node and of browsers. */

import { platformRemedy } from "./known-classes.ts";
import type { Trouble } from "./owners.ts";
import { otherStreams } from "./streams.ts";

/** What to say of a name that the compiler does not find; nothing for names that are just wrong. */
export function missingGlobal(text: string): Pick<Trouble, "name" | "message" | "remedy"> | undefined {
  const name = /^[A-Za-z]+/.exec(text)?.[0] ?? "";
  if (otherStreams.has(name)) return { name: "other-stream", message: `${name} is not how streams are written` };
  const remedy = platformRemedy(name);
  return remedy === undefined ? undefined : { name: "platform-class", message: `${name} is not data`, remedy };
}
