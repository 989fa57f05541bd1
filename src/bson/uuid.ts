/** UUIDs: 16 bytes as binary subtype 4, canonical lower-case text in JavaScript. */

import { fail } from "./fail.ts";

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return pattern.test(text);
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Places of the 16 bytes' first digits in the text. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** Writes the 16 bytes. Any case is taken, no other form. */
export function writeUuid(b: Buffer, o: number, text: string): void {
  if (!isUuid(text)) fail();
  for (let i = 0; i < 16; i += 1) {
    const place = places[i] as number;
    b[o + i] = (digit(text.charCodeAt(place)) << 4) | digit(text.charCodeAt(place + 1));
  }
}

/** 0-9, A-F and a-f have their value in the low bits; letters are 9 off. */
function digit(code: number): number {
  return code < 58 ? code - 48 : (code & 15) + 9;
}

export function readUuid(b: Buffer, o: number): string {
  const h = (i: number): string => hex[b[o + i] as number] as string;
  return `${h(0)}${h(1)}${h(2)}${h(3)}-${h(4)}${h(5)}-${h(6)}${h(7)}-${h(8)}${h(9)}-${h(10)}${h(11)}${h(12)}${h(13)}${h(14)}${h(15)}`;
}
