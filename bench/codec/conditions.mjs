/**
 * Conditions that do not favour Taut's decoder: the same documents as some other peer might send them, encoded by npm `bson`.
 */

import { Double, serialize } from "bson";

export const conditions = {
  /** Fields the other way round at every level. */
  reversed: (value) => rewrite(value, (entries) => entries.reverse()),
  /** A field that the schema does not know, first and last at every level. */
  unknown: (value) => rewrite(value, (entries) => [["zUnknown", 1], ...entries, ["zOther", "some text"]]),
  /** As an older reader sees a newer writer: two more fields at the end of every level. */
  trailing: (value) => rewrite(value, (entries) => [...entries, ["zUnknown", 1], ["zOther", "some text"]]),
  /** Integers as doubles. */
  widened: (value) =>
    rewrite(value, (entries) => entries.map(([key, part]) => [key, typeof part === "number" ? new Double(part) : part])),
};

function rewrite(value, change) {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, change));
  if (value === null || typeof value !== "object" || value instanceof Date || value._bsontype !== undefined) return value;
  return Object.fromEntries(change(Object.entries(value)).map(([key, part]) => [key, rewrite(part, change)]));
}

export const documentsOf = (condition, messages) => messages.map((value) => serialize(conditions[condition](value)));
