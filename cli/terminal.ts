/**
 * Where a command's output goes: data to stdout, words to stderr, colours only where somebody looks.
 *
 * An object rather than `process`, so that tests see what a command says.
 */

import { styleText } from "node:util";

export interface Terminal {
  /** Data, for the next program. */
  data(text: string): void;
  /** Words, for a person. */
  say(text: string): void;
  /** Words in a colour, where stderr is a terminal. */
  paint(style: "red" | "yellow" | "dim" | "bold" | "cyan", text: string): string;
}

export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endWithReader);
  const coloured = process.stderr.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return {
    data: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    paint: (style, text) => (coloured ? styleText(style, text) : text),
  };
}

/** Who reads may stop before the end (`| head`): then there is nothing left to do, and nobody to tell. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}
