/** Which element types a shape can be read from. */

import type { ResolvedShape } from "./shape.ts";

/** The type byte of composite shapes. */
export function nestedType(shape: ResolvedShape): number | undefined {
  switch (shape.kind) {
    case "document":
    case "tagged":
    case "map":
      return 0x03;
    case "array":
    case "set":
    case "tuple":
      return 0x04;
    default:
      return undefined;
  }
}

const numbers: readonly number[] = [0x01, 0x10, 0x12];

const elementTypes: Readonly<Partial<Record<ResolvedShape["kind"], readonly number[]>>> = {
  string: [0x02],
  boolean: [0x08],
  number: numbers,
  int32: numbers,
  uint32: numbers,
  int53: numbers,
  double: numbers,
  int64: numbers,
  uint64: numbers,
  date: [0x09],
  bytes: [0x05],
  uuid: [0x05],
  null: [0x0a],
  objectId: [0x07],
  decimal128: [0x13],
  timestamp: [0x11],
  binary: [0x05],
  minKey: [0xff],
  maxKey: [0x7f],
  bsonRegExp: [0x0b],
};

/** An element of this type may hold a value of the shape. */
export function couldComeFrom(shape: ResolvedShape, type: number): boolean {
  switch (shape.kind) {
    case "unknown":
      return true;
    case "json":
      return [0x01, 0x02, 0x03, 0x04, 0x08, 0x0a, 0x10, 0x12].includes(type);
    case "literals": {
      const kinds = new Set<string>(shape.values.map((value) => typeof value));
      if (shape.open) kinds.add("string");
      return (
        (kinds.has("string") && type === 0x02) ||
        (kinds.has("boolean") && type === 0x08) ||
        (kinds.has("number") && numbers.includes(type))
      );
    }
    default:
      return nestedType(shape) === type || (elementTypes[shape.kind]?.includes(type) ?? false);
  }
}
