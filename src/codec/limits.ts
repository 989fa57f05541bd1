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
  new LimitWalk(place, limits.maxElements).within(resolveShape(shape), place.start, place.end, limits.maxDepth);
}

/** A value of any shape. */
const anything: ResolvedShape = { kind: "unknown" };

class LimitWalk {
  readonly #b: Buffer;
  readonly #dv: DataView;
  /** Elements that may still come. */
  #left: number;
  readonly #fields = new Map<Shape, ReadonlyMap<string, Shape>>();

  constructor(place: DocumentPlace, maxElements: number) {
    this.#b = place.b;
    this.#dv = place.dv;
    this.#left = maxElements;
  }

  /** Walks a nested value that fills `[o, e)`. All elements are counted but the fields of declared documents. */
  within(shape: ResolvedShape, o: number, e: number, depth: number): void {
    if (depth <= 0 || e - o < 5) fail();
    const b = this.#b;
    const document = shape.kind === "tagged" ? this.#armOf(shape, o, e) : shape;
    const fields = document.kind === "document" ? this.#fieldsOf(document) : undefined;
    const last = e - 1;
    let i = 0;
    for (let at = o + 4; at < last; i += 1) {
      const key = at + 1;
      const type = b[at] as number;
      const from = keyEnd(b, key, last);
      at = valueEnd(b, this.#dv, type, from, last);
      if (fields === undefined) {
        this.#left -= 1;
        if (this.#left < 0) fail();
      }
      if (type !== 0x03 && type !== 0x04) continue;
      const part = fields === undefined ? partShape(document, i) : fields.get((b as TextBuffer).utf8Slice(key, from - 1));
      // An unknown field is passed over, whatever it holds.
      if (part !== undefined) this.within(nestedShape(part, type), from, at, depth - 1);
    }
  }

  #armOf(shape: TaggedShape, o: number, e: number): ResolvedShape {
    const at = findElement(this.#b, this.#dv, o, e, shape.tag);
    const from = keyEnd(this.#b, at + 1, e - 1);
    const type = this.#b[at] as number;
    const tag = readTag(this.#b, this.#dv, type, from, valueEnd(this.#b, this.#dv, type, from, e - 1));
    const arm = shape.arms.find(({ tags }) => tags.includes(tag as string));
    return arm === undefined ? anything : resolveShape(arm.type);
  }

  #fieldsOf(shape: DocumentShape): ReadonlyMap<string, Shape> {
    const known = this.#fields.get(shape);
    if (known !== undefined) return known;
    const fields = new Map(shape.fields.map((field) => [field.name, field.type]));
    this.#fields.set(shape, fields);
    return fields;
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
