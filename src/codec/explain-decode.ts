/**
 * The second pass over a document that could not be decoded: finds every violation, with its path and its byte.
 *
 * Slow and thorough, run only after a reader gave up. It works from the type's shape. Where the structure itself lies (a length, a
 * terminator), the document that holds it is given up; everything before it is still reported.
 */

import { readBytes } from "../bson/binary.ts";
import { readDate } from "../bson/date.ts";
import { findElement, readTag, toUuid } from "../bson/element-read.ts";
import { elementTypeName } from "../bson/element-type.ts";
import { exoticTypes } from "../bson/exotic-types.ts";
import { isFailure } from "../bson/fail.ts";
import { toDouble, toInt32, toInt53, toInt64, toNumber, toUint32, toUint64 } from "../bson/numbers.ts";
import { checkStructure, keyEnd, valueEnd } from "../bson/skip.ts";
import { closeWindow, readText } from "../bson/text-read.ts";
import type { TextBuffer } from "../bson/text-write.ts";
import { readValue } from "../bson/value-read.ts";
import type { CodecLimits } from "../contract/codec.ts";
import type { Violation } from "../errors/codec-error.ts";
import { couldComeFrom, nestedType } from "./element-types.ts";
import { toJson } from "./json.ts";
import { literalNames, shapeName } from "./kind-names.ts";
import type { DocumentPlace } from "./limits.ts";
import { keyOf } from "./map-keys.ts";
import { brokenRules } from "./rules.ts";
import { type DocumentShape, type MapShape, type ResolvedShape, resolveShape, type Shape, type TaggedShape } from "./shape.ts";
import { fieldPath, itemPath, Violations } from "./violations.ts";

export function explainDecode(shape: Shape, place: DocumentPlace, limits: CodecLimits): readonly Violation[] {
  closeWindow();
  const explainer = new DecodeExplainer(place, limits);
  explainer.root(shape);
  return explainer.violations.list;
}

/** An element: type byte, where it begins, the value's extent. */
interface Element {
  readonly at: number;
  readonly type: number;
  readonly from: number;
  readonly end: number;
}

class DecodeExplainer {
  readonly violations = new Violations();
  readonly #b: Buffer;
  readonly #dv: DataView;
  readonly #start: number;
  readonly #end: number;
  readonly #limits: CodecLimits;
  #elements = 0;

  constructor(place: DocumentPlace, limits: CodecLimits) {
    this.#b = place.b;
    this.#dv = place.dv;
    this.#start = place.start;
    this.#end = place.end;
    this.#limits = limits;
  }

  root(shape: Shape): void {
    const size = this.#end - this.#start;
    if (size < 5) {
      this.#add("", "malformed", `${size} bytes are no document: the smallest has 5`, this.#start);
      return;
    }
    const stated = this.#dv.getInt32(this.#start, true);
    if (stated !== size) this.#add("", "malformed", `the document states ${stated} bytes and has ${size}`, this.#start);
    else this.#nested(resolveShape(shape), this.#start, this.#end, "", this.#limits.maxDepth);
  }

  #add(path: string, rule: string, message: string, at: number): void {
    this.violations.add(path, rule, message, at - this.#start);
  }

  /** The elements of the document or array that fills `[o, e)`, until one is malformed. */
  *#elementsOf(o: number, e: number, path: string): Generator<Element> {
    const last = e - 1;
    if (this.#b[last] !== 0) this.#add(path, "malformed", "does not end with a NUL", last);
    for (let at = o + 4; at < last && !this.violations.isFull; ) {
      const element = this.#elementAt(at, last, path);
      if (element === undefined) return;
      yield element;
      at = element.end;
    }
  }

  #elementAt(at: number, last: number, path: string): Element | undefined {
    const type = this.#b[at] as number;
    try {
      const from = keyEnd(this.#b, at + 1, last);
      try {
        return { at, type, from, end: valueEnd(this.#b, this.#dv, type, from, last) };
      } catch (error) {
        rethrow(error);
        const valuePath = fieldPath(path, this.#rawKey(at + 1, from - 1));
        this.#add(valuePath, "malformed", `the ${elementTypeName(type)} is malformed or reaches beyond its document`, from);
      }
    } catch (error) {
      rethrow(error);
      this.#add(path, "malformed", "a key has no end", at + 1);
    }
    return undefined;
  }

  /** For comparing with declared names and for paths: what is not UTF-8 is no declared name. */
  #rawKey(start: number, end: number): string {
    return (this.#b as TextBuffer).utf8Slice(start, end);
  }

  #nested(shape: ResolvedShape, o: number, e: number, path: string, depth: number): void {
    if (depth <= 0) {
      this.#add(path, "maxDepth", `nests deeper than maxDepth ${this.#limits.maxDepth}`, o);
      return;
    }
    switch (shape.kind) {
      case "document":
        this.#document(shape, o, e, path, depth);
        return;
      case "tagged":
        this.#tagged(shape, o, e, path, depth);
        return;
      case "map":
        this.#map(shape, o, e, path, depth);
        return;
      case "array":
      case "set":
        this.#items(shape, () => shape.items, { o, e, path, depth });
        return;
      case "tuple": {
        const count = this.#items(shape, (i) => shape.items[i]?.type ?? shape.rest, { o, e, path, depth });
        const required = shape.items.filter(({ optional }) => optional !== true).length;
        if (count < required) this.#add(path, "items", `has ${count} items where ${required} are required`, o);
      }
    }
  }

  #document(shape: DocumentShape, o: number, e: number, path: string, depth: number): void {
    const seen = new Set<string>();
    const fields = new Map(shape.fields.map((field) => [field.name, field]));
    for (const element of this.#elementsOf(o, e, path)) {
      const name = this.#rawKey(element.at + 1, element.from - 1);
      const field = fields.get(name);
      if (field === undefined) continue;
      const partPath = fieldPath(path, name);
      if (seen.has(name)) this.#add(partPath, "duplicate", "stands twice in its document", element.at);
      else this.#value(field.type, element, partPath, depth - 1);
      seen.add(name);
    }
    for (const { name, optional, hasDefault } of shape.fields) {
      if (optional !== true && hasDefault !== true && !seen.has(name))
        this.#add(fieldPath(path, name), "required", "is required", o);
    }
  }

  #tagged(shape: TaggedShape, o: number, e: number, path: string, depth: number): void {
    const tagPath = fieldPath(path, shape.tag);
    const element = this.#find(shape.tag, o, e, path);
    if (element === undefined) {
      this.#add(tagPath, "required", "is required", o);
      return;
    }
    const tag = this.#attempt(() => readTag(this.#b, this.#dv, element.type, element.from, element.end));
    const arm = shape.arms.find(({ tags }) => tags.includes(tag as string));
    if (arm !== undefined) {
      this.#nested(resolveShape(arm.type), o, e, path, depth);
    } else if (tag === undefined) {
      this.#add(tagPath, "type", `${elementTypeName(element.type)} is no tag`, element.at);
    } else if (!shape.unrecognized) {
      this.#add(tagPath, "tag", `is not one of ${literalNames(shape.arms.flatMap(({ tags }) => tags))}`, element.at);
    } else if (this.#attempt(() => checkStructure(this.#b, this.#dv, o, e, depth) ?? true) === undefined) {
      this.#add(path, "malformed", "is malformed inside, or nests deeper than maxDepth", o);
    }
  }

  #find(name: string, o: number, e: number, path: string): Element | undefined {
    const at = this.#attempt(() => findElement(this.#b, this.#dv, o, e, name));
    return at === undefined ? undefined : this.#elementAt(at, e - 1, path);
  }

  #map(shape: MapShape, o: number, e: number, path: string, depth: number): void {
    const seen = new Set<unknown>();
    for (const element of this.#elementsOf(o, e, path)) {
      if (!this.#count(path, element.at)) return;
      const key = this.#attempt(() => readText(this.#b, this.#dv, element.at + 1, element.from - 1));
      if (key === undefined) {
        this.#add(path, "utf8", "holds a key that is not valid UTF-8", element.at + 1);
        continue;
      }
      const partPath = fieldPath(path, key);
      const value = keyOf(shape.key, key);
      if (value === undefined) {
        this.#add(partPath, "key", `the key is no ${shapeName(shape.key)}, or breaks its rules`, element.at + 1);
      }
      // Two texts may stand for one Uuid.
      if (seen.has(value ?? key)) this.#add(partPath, "duplicate", "stands twice in its document", element.at);
      seen.add(value ?? key);
      this.#value(shape.value, element, partPath, depth - 1);
    }
  }

  #items(
    shape: ResolvedShape,
    shapeAt: (i: number) => Shape | undefined,
    { o, e, path, depth }: { o: number; e: number; path: string; depth: number },
  ): number {
    const values: unknown[] = [];
    for (const element of this.#elementsOf(o, e, path)) {
      if (!this.#count(path, element.at)) return values.length;
      const item = shapeAt(values.length);
      if (item === undefined) continue;
      values.push(this.#value(item, element, itemPath(path, values.length), depth - 1));
    }
    const counted = shape.kind === "set" ? new Set(values) : values;
    for (const { rule, message } of brokenRules(shape, counted)) this.#add(path, rule, message, o);
    return values.length;
  }

  #count(path: string, at: number): boolean {
    this.#elements += 1;
    if (this.#elements === this.#limits.maxElements + 1) {
      this.#add(path, "maxElements", `holds more elements than maxElements ${this.#limits.maxElements}`, at);
    }
    return this.#elements <= this.#limits.maxElements;
  }

  /** Reports what is wrong with one value. Returns it where it is a scalar that others may be compared with. */
  #value(shape: Shape, element: Element, path: string, depth: number): unknown {
    const resolved = resolveShape(shape);
    const { type, from, end, at } = element;
    if (resolved.kind === "value-union") return this.#union(resolved.arms, element, path, depth);
    const open = openShape(resolved, type);
    if (open !== undefined) {
      this.#nested(open, from, end, path, depth);
      return {};
    }
    const wanted = nestedType(resolved);
    if (wanted !== undefined) {
      if (type === wanted) this.#nested(resolved, from, end, path, depth);
      else this.#wrongType(shape, element, path);
      return {};
    }
    const value = this.#attempt(() => this.#scalar(resolved, element, depth));
    if (value === undefined) {
      this.#scalarProblem(resolved, element, path);
      return {};
    }
    for (const { rule, message } of brokenRules(resolved, value)) this.#add(path, rule, message, at);
    return value;
  }

  #union(arms: readonly Shape[], element: Element, path: string, depth: number): unknown {
    const arm = arms.find((candidate) => couldComeFrom(resolveShape(candidate), element.type));
    if (arm !== undefined) return this.#value(arm, element, path, depth);
    this.#add(path, "type", `is ${elementTypeName(element.type)}, not ${arms.map(shapeName).join(" | ")}`, element.at);
    return {};
  }

  #wrongType(shape: Shape, { type, at }: Element, path: string): void {
    this.#add(path, "type", `is ${elementTypeName(type)}, not ${shapeName(shape)}`, at);
  }

  /** The value as the hot code reads it; undefined, or a failure, when it does not fit. */
  #scalar(shape: ResolvedShape, { type, from, end }: Element, depth: number): unknown {
    const b = this.#b;
    const dv = this.#dv;
    switch (shape.kind) {
      case "string":
        return type === 0x02 ? readText(b, dv, from + 4, end - 1) : undefined;
      case "boolean":
        return type === 0x08 ? b[from] === 1 : undefined;
      case "double":
        return toDouble(dv, type, from);
      case "number":
        return toNumber(dv, type, from);
      case "int32":
        return toInt32(dv, type, from);
      case "uint32":
        return toUint32(dv, type, from);
      case "int53":
        return toInt53(dv, type, from);
      case "int64":
        return toInt64(dv, type, from);
      case "uint64":
        return toUint64(dv, type, from);
      case "date":
        return type === 0x09 ? readDate(dv, from) : undefined;
      case "bytes":
        return type === 0x05 ? readBytes(b, dv, from, end) : undefined;
      case "uuid":
        return toUuid(b, dv, type, from, end);
      case "null":
        return type === 0x0a ? null : undefined;
      case "literals": {
        const value = readTag(b, dv, type, from, end);
        const known = shape.open ? typeof value === "string" : shape.values.includes(value as string);
        return known ? value : undefined;
      }
      case "json":
        return toJson(b, dv, type, from, end, depth);
      case "unknown":
        return readValue(b, dv, type, from, end, depth);
      default:
        return couldComeFrom(shape, type) ? exoticTypes().read(b, dv, type, from, end) : undefined;
    }
  }

  #scalarProblem(shape: ResolvedShape, element: Element, path: string): void {
    const { type, from, at } = element;
    if (!couldComeFrom(shape, type)) {
      this.#wrongType(shape, element, path);
      return;
    }
    switch (shape.kind) {
      case "string":
        this.#add(path, "utf8", "is not valid UTF-8", from + 4);
        return;
      case "literals":
        this.#add(path, "enum", `is not one of ${literalNames(shape.values)}`, at);
        return;
      case "date":
        this.#add(path, "range", "is beyond what a Date holds", from);
        return;
      case "bytes":
      case "uuid":
        this.#add(path, "type", `is binary of subtype ${this.#b[from + 4]}, not ${shapeName(shape)}`, at);
        return;
      case "json":
      case "unknown":
        this.#add(path, "type", `the ${elementTypeName(type)} is no ${shapeName(shape)}`, at);
        return;
      default:
        this.#add(path, "range", `the ${elementTypeName(type)} does not fit ${shapeName(shape)}`, from);
    }
  }

  /** Undefined where hot code would fail. */
  #attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      rethrow(error);
      return undefined;
    }
  }
}

function rethrow(error: unknown): void {
  if (!isFailure(error)) throw error;
}

/** What a document or an array inside of an unknown value is: a map or a list of more of them. */
function openShape(shape: ResolvedShape, type: number): ResolvedShape | undefined {
  if (shape.kind !== "unknown" && shape.kind !== "json") return undefined;
  if (type === 0x04) return { kind: "array", items: shape };
  return type === 0x03 ? { kind: "map", form: "object", key: { kind: "string" }, value: shape } : undefined;
}
