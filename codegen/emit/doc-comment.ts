/** Doc comments of the schema, carried over into what is emitted. */

import type { Doc } from "../model/schema-model.ts";

/** Lines of a doc comment with their line ends, or nothing. The text cannot end the comment. */
export function docComment(doc: Doc | undefined, indent = "", extra: readonly string[] = []): string {
  const lines = [...(doc === undefined ? [] : docLines(doc)), ...extra].map(harmless);
  if (lines.length === 0) return "";
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`).join("")}${indent} */\n`;
}

function docLines(doc: Doc): string[] {
  const text = doc.text.trim();
  const lines = text === "" ? [] : text.split(lineEnds).map((line) => line.trimEnd());
  const tagged = lines.some((line) => line.startsWith("@deprecated"));
  if (doc.deprecated !== undefined && !tagged) {
    const reason = doc.deprecated === true ? "" : ` ${doc.deprecated.split(lineEnds).join(" ")}`;
    lines.push(`@deprecated${reason}`);
  }
  return lines;
}

/** All that end a line for some reader of TypeScript. */
const lineEnds = /\r\n|[\n\r\u2028\u2029]/;

function harmless(line: string): string {
  return line.replaceAll("*/", "*\\/");
}
