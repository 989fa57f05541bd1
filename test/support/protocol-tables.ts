/** Reads tables and hex blocks out of docs/PROTOCOL.md: the document is the test's input, not its copy. */

import { readFileSync } from "node:fs";

export const protocolText: string = readFileSync(new URL("../../docs/PROTOCOL.md", import.meta.url), "utf8");

/** Rows of the first table below a heading: header cells by column, the first column as the key. */
export function tableBelow(heading: string): Map<string, Map<string, string>> {
  const from = protocolText.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`no heading ${heading}`);
  const lines = protocolText.slice(from).split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  const [head = [], , ...rows] = lines.slice(start, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  return new Map(rows.map(([key = "", ...cells]) => [key, new Map(cells.map((cell, i) => [head[i + 1] as string, cell]))]));
}

/** Every cell of a table: row, column, text. */
export function cellsBelow(heading: string): [string, string, string][] {
  return [...tableBelow(heading)].flatMap(([row, cells]) =>
    [...cells].map(([column, cell]): [string, string, string] => [row, column, cell]),
  );
}

export interface HexBlock {
  /** `unary/1 call`: what follows `hex` in the fence. */
  readonly title: string;
  readonly bytes: Buffer;
}

/** Fenced blocks marked `hex`; what follows `;` in a line is for people. */
export function hexBlocks(): HexBlock[] {
  return [...protocolText.matchAll(/^```hex ([^\n]+)\n([\s\S]*?)^```$/gm)].map(([, title = "", body = ""]) => ({
    title,
    bytes: Buffer.from(body.replace(/;[^\n]*/g, "").replace(/\s+/g, ""), "hex"),
  }));
}
