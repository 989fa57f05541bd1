/**
 * `maxDepth` and `maxElements`, held by a walk over the bytes before they are decoded, or after they were encoded.
 *
 * Generated code calls it only for documents that could break a limit: longer than two bytes an element, or of a type that nests
 * deeper than the limit. Types that nest without end count their depth themselves. All others pay two comparisons.
 */

import { findElement, readTag } from "../bson/element-read.ts";
import { fail } from "../bson/fail.ts";
import { keyEnd, valueEnd } from "../bson/skip.ts";
import type { TextBuffer } from "../bson/text-write.ts";
import type { CodecLimits } from "../contract/codec.ts";
import { type DocumentShape, type ResolvedShape, resolveShape, type Shape, type TaggedShape } from "./shape.ts";

/** Where a document stands. */
export interface DocumentPlace {
  readonly b: Buffer;
  readonly dv: DataView;
  readonly start: number;
  readonly end: number;
}

/** Fails when the document holds more elements in arrays, maps and unknown values than allowed, or nests deeper. */
export function holdLimits(shape: Shape, place: DocumentPlace, limits: CodecLimits): void {
  const { b, dv, start, end } = place;
  countWithin(resolveShape(shape), b, dv, start, end, limits.maxDepth, { left: limits.maxElements });
}

/** A value of any shape. */
const anything: ResolvedShape = { kind: "unknown" };

/** Walks a nested value that fills `[o, e)`. All elements are counted but the fields of declared documents. */
function countWithin(
  shape: ResolvedShape,
  b: Buffer,
  dv: DataView,
  o: number,
  e: number,
  depth: number,
  budget: { left: number },
): void {
  if (depth <= 0 || e - o < 5) fail();
  const document = shape.kind === "tagged" ? armOf(shape, b, dv, o, e) : shape;
  const fields = document.kind === "document" ? fieldShapes(document) : undefined;
  const last = e - 1;
  let i = 0;
  for (let at = o + 4; at < last; i += 1) {
    const key = at + 1;
    const type = b[at] as number;
    const from = keyEnd(b, key, last);
    at = valueEnd(b, dv, type, from, last);
    if (fields === undefined) {
      budget.left -= 1;
      if (budget.left < 0) fail();
    }
    if (type !== 0x03 && type !== 0x04) continue;
    const part = fields === undefined ? partShape(document, i) : fields.get((b as TextBuffer).utf8Slice(key, from - 1));
    // An unknown field is passed over, whatever it holds.
    if (part !== undefined) countWithin(nestedShape(part, type), b, dv, from, at, depth - 1, budget);
  }
}

/** The shape of item `i` of what is no declared document. */
function partShape(shape: ResolvedShape, i: number): Shape {
  switch (shape.kind) {
    case "array":
    case "set":
      return shape.items;
    case "map":
      return shape.value;
    case "tuple":
      return shape.items[i]?.type ?? shape.rest ?? anything;
    default:
      return anything;
  }
}

/** Of a union of values, the arm that takes a document or an array. */
function nestedShape(shape: Shape, type: number): ResolvedShape {
  const resolved = resolveShape(shape);
  if (resolved.kind !== "value-union") return resolved;
  const isArray = (arm: ResolvedShape): boolean => arm.kind === "array" || arm.kind === "tuple" || arm.kind === "set";
  const isObject = (arm: ResolvedShape): boolean => arm.kind === "document" || arm.kind === "map" || arm.kind === "tagged";
  return resolved.arms.map(resolveShape).find(type === 0x04 ? isArray : isObject) ?? anything;
}

function armOf(shape: TaggedShape, b: Buffer, dv: DataView, o: number, e: number): ResolvedShape {
  const at = findElement(b, dv, o, e, shape.tag);
  const from = keyEnd(b, at + 1, e - 1);
  const type = b[at] as number;
  const tag = readTag(b, dv, type, from, valueEnd(b, dv, type, from, e - 1));
  const arm = shape.arms.find(({ tags }) => tags.includes(tag as string));
  return arm === undefined ? anything : resolveShape(arm.type);
}

const fieldMaps = new WeakMap<Shape, ReadonlyMap<string, Shape>>();

function fieldShapes(shape: DocumentShape): ReadonlyMap<string, Shape> {
  const known = fieldMaps.get(shape);
  if (known !== undefined) return known;
  const fields = new Map(shape.fields.map((field) => [field.name, field.type]));
  fieldMaps.set(shape, fields);
  return fields;
}
