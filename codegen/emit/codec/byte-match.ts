/**
 * Conditions that compare bytes of a document with constants, by the widest loads that stay inside.
 *
 * Whoever emits them has made sure that the bytes compared lie inside the document.
 */

import { plus, wordLiteral } from "./source-text.ts";

/** Conditions each of which is true when the bytes at `base + offset` differ from `bytes`. None for no bytes. */
export function mismatches(bytes: readonly number[], base: string, offset: number): string[] {
  return pieces(bytes).map((piece) => pieceText(piece, base, offset, "!=="));
}

/** Conditions that are all true when the bytes are equal. */
export function matches(bytes: readonly number[], base: string, offset: number): string[] {
  return pieces(bytes).map((piece) => pieceText(piece, base, offset, "==="));
}

interface Piece {
  readonly at: number;
  readonly width: 1 | 2 | 4;
  readonly value: number;
}

function pieceText(piece: Piece, base: string, offset: number, operator: string): string {
  const place = plus(base, offset + piece.at);
  if (piece.width === 1) return `b[${place}] ${operator} ${piece.value}`;
  if (piece.width === 2) return `dv.getInt16(${place}, true) ${operator} ${wordLiteral((piece.value << 16) >> 16)}`;
  return `dv.getInt32(${place}, true) ${operator} ${wordLiteral(piece.value)}`;
}

/** Words from the front; what is left over is covered by a word that overlaps, or by the smaller loads when there is no word. */
function pieces(bytes: readonly number[]): Piece[] {
  const length = bytes.length;
  if (length === 0) return [];
  if (length === 1) return [piece(bytes, 0, 1)];
  if (length === 2) return [piece(bytes, 0, 2)];
  if (length === 3) return [piece(bytes, 0, 2), piece(bytes, 2, 1)];
  const result: Piece[] = [];
  for (let at = 0; at + 4 <= length; at += 4) result.push(piece(bytes, at, 4));
  const rest = length % 4;
  if (rest === 1) result.push(piece(bytes, length - 1, 1));
  else if (rest === 2) result.push(piece(bytes, length - 2, 2));
  else if (rest === 3) result.push(piece(bytes, length - 4, 4));
  return result;
}

function piece(bytes: readonly number[], at: number, width: 1 | 2 | 4): Piece {
  let value = 0;
  for (let i = width - 1; i >= 0; i -= 1) value = (value << 8) | (bytes[at + i] as number);
  return { at, width, value };
}

const encoder = new TextEncoder();

/** UTF-8 of a name or a literal. */
export function utf8(text: string): number[] {
  return [...encoder.encode(text)];
}
