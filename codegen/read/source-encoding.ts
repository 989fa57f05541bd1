/** Schema files that are not UTF-8: read as if they were, they would have other names and literals than their author sees. */

import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import type { SourceOfSchema } from "./exported-names.ts";
import type { Trouble } from "./owners.ts";
import type { Places } from "./places.ts";

/** What stands in the text for bytes that are none. A file may hold it itself, too. */
const replacement = "\ufffd";

export function encodingTroubles(files: readonly SourceOfSchema[], places: Places): Trouble[] {
  return files.flatMap(({ fileName, source }) => {
    const position = source.text.indexOf(replacement);
    if (position < 0 || isUtf8(readFileSync(fileName))) return [];
    const place = places.at(source, position);
    return [{ name: "not-utf8", place, typeText: place.file, message: "these bytes are no UTF-8" }];
  });
}
