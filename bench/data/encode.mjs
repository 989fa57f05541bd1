/**
 * The messages as BSON, for the floor, whose bodies are ready before the run: just enough of an encoder, so that a cold start of the
 * floor loads no library.
 */

const textEncoder = new TextEncoder();
const elementType = { double: 1, string: 2, document: 3, array: 4, binary: 5, boolean: 8, date: 9, int32: 16 };

function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function numeric(value, write) {
  const bytes = Buffer.alloc(8);
  bytes[write](value);
  return bytes;
}

/** An element's type and its value's bytes. */
function elementOf(value) {
  if (typeof value === "string") {
    const text = textEncoder.encode(value);
    return [elementType.string, Buffer.concat([int32(text.length + 1), text, Buffer.alloc(1)])];
  }
  if (typeof value === "boolean") return [elementType.boolean, Buffer.from([value ? 1 : 0])];
  if (Number.isInteger(value)) return [elementType.int32, int32(value)];
  if (typeof value === "number") return [elementType.double, numeric(value, "writeDoubleLE")];
  if (value instanceof Date) return [elementType.date, numeric(BigInt(value.getTime()), "writeBigInt64LE")];
  if (value instanceof Uint8Array) return [elementType.binary, Buffer.concat([int32(value.length), Buffer.alloc(1), value])];
  return [Array.isArray(value) ? elementType.array : elementType.document, encode(value)];
}

export function encode(document) {
  const elements = Object.entries(document).map(([key, value]) => {
    const [type, bytes] = elementOf(value);
    return Buffer.concat([Buffer.from([type]), textEncoder.encode(key), Buffer.alloc(1), bytes]);
  });
  const body = Buffer.concat(elements);
  return Buffer.concat([int32(body.length + 5), body, Buffer.alloc(1)]);
}
