/**
 * The second pass over a value that could not be encoded: finds every violation, with its path.
 *
 * Slow and thorough, run only after a writer gave up. It works from the type's shape and reads the value as writers do, so getters run
 * again; what they throw passes. Must find something wherever a writer fails: a property test holds the two together.
 */

import { isBytes } from "../bson/binary.ts";
import { exoticTypes } from "../bson/exotic-types.ts";
import { documentEnd } from "../bson/skip.ts";
import { isPlainObject } from "../bson/value-write.ts";
import type { CodecLimits } from "../contract/codec.ts";
import { unrecognized } from "../contract/unrecognized.ts";
import type { Violation } from "../errors/codec-error.ts";
import { literalNames, shapeName, valueName } from "./kind-names.ts";
import { keyOf, keyText } from "./map-keys.ts";
import { brokenRules } from "./rules.ts";
import { couldBe, scalarProblem } from "./scalar-values.ts";
import {
  type DocumentShape,
  type MapShape,
  type ResolvedShape,
  resolveShape,
  type ScalarShapeKind,
  type Shape,
  type TaggedShape,
  type TupleShape,
  type UnionShape,
} from "./shape.ts";
import { hidesItsData, isDate, isMap, isSet, ownField } from "./value-kinds.ts";
import { fieldPath, itemPath, Violations } from "./violations.ts";

export function explainEncode(shape: Shape, value: unknown, limits: CodecLimits): readonly Violation[] {
  const explainer = new EncodeExplainer(limits);
  explainer.explain(shape, value, "", limits.maxDepth);
  return explainer.violations.list;
}

type Fields = Readonly<Record<string, unknown>>;

class EncodeExplainer {
  readonly violations = new Violations();
  readonly #limits: CodecLimits;
  /** The objects that the walk is inside of: one of them again is a cycle. */
  readonly #open = new Set<object>();
  #elements = 0;

  constructor(limits: CodecLimits) {
    this.#limits = limits;
  }

  explain(shape: Shape, value: unknown, path: string, depth: number): void {
    if (this.violations.isFull) return;
    const resolved = resolveShape(shape);
    switch (resolved.kind) {
      case "array":
      case "tuple":
      case "set":
      case "map":
      case "document":
      case "tagged":
        this.#nested(resolved, value, path, depth);
        return;
      case "value-union":
        this.#union(resolved, value, path, depth);
        return;
      case "literals":
        if (resolved.open ? typeof value !== "string" : !resolved.values.includes(value as string)) {
          const found = typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : valueName(value);
          this.#add(path, "enum", `is ${found}, not ${resolved.open ? "a string" : literalNames(resolved.values)}`);
        } else {
          this.#scalarRules(resolved, value, path);
        }
        return;
      case "unknown":
        this.#unknown(value, path, depth);
        return;
      case "json":
        this.#json(value, path, depth);
        return;
      default:
        this.#scalar(resolved, resolved.kind, value, path);
    }
  }

  #add(path: string, rule: string, message: string): void {
    this.violations.add(path, rule, message);
  }

  #wrongType(shape: Shape, value: unknown, path: string): void {
    this.#add(path, "type", `is ${valueName(value)}, not ${shapeName(shape)}`);
  }

  /** Runs `body` one level deeper, unless that is too deep or leads back to where we are. */
  #within(value: object, path: string, depth: number, body: () => void): void {
    if (this.#open.has(value)) {
      this.#add(path, "cycle", "contains itself: BSON has no references");
    } else if (depth <= 0) {
      this.#add(path, "maxDepth", `nests deeper than maxDepth ${this.#limits.maxDepth}`);
    } else {
      this.#open.add(value);
      body();
      this.#open.delete(value);
    }
  }

  #count(path: string): boolean {
    this.#elements += 1;
    if (this.#elements === this.#limits.maxElements + 1) {
      this.#add(path, "maxElements", `holds more elements than maxElements ${this.#limits.maxElements}`);
    }
    return this.#elements <= this.#limits.maxElements;
  }

  #nested(shape: ResolvedShape, value: unknown, path: string, depth: number): void {
    switch (shape.kind) {
      case "array":
        if (!Array.isArray(value)) this.#wrongType(shape, value, path);
        else this.#within(value, path, depth, () => this.#items(value, path, () => shape.items, depth));
        if (Array.isArray(value)) this.#scalarRules(shape, value, path);
        return;
      case "tuple": {
        if (!Array.isArray(value)) {
          this.#wrongType(shape, value, path);
          return;
        }
        this.#tupleLength(shape, value.length, path);
        const shapeAt = (i: number): Shape | undefined => shape.items[i]?.type ?? shape.rest;
        this.#within(value, path, depth, () => this.#items(value, path, shapeAt, depth));
        this.#scalarRules(shape, value, path);
        return;
      }
      case "set":
        if (!isSet(value)) this.#wrongType(shape, value, path);
        else {
          this.#within(value, path, depth, () => this.#items([...value], path, () => shape.items, depth));
          this.#scalarRules(shape, value, path);
        }
        return;
      case "map":
        this.#map(shape, value, path, depth);
        return;
      case "document":
        this.#document(shape, value, path, depth);
        return;
      case "tagged":
        this.#tagged(shape, value, path, depth);
    }
  }

  #tupleLength(shape: TupleShape, count: number, path: string): void {
    const required = shape.items.filter(({ optional }) => optional !== true).length;
    const most = shape.items.length;
    if (count < required) this.#add(path, "items", `has ${count} items where ${required} are required`);
    else if (count > most && shape.rest === undefined) {
      this.#add(path, "items", `has ${count} items, not ${required === most ? most : `${required} to ${most}`}`);
    }
  }

  #items(items: readonly unknown[], path: string, shapeAt: (i: number) => Shape | undefined, depth: number): void {
    for (let i = 0; i < items.length && !this.violations.isFull; i += 1) {
      const shape = shapeAt(i);
      if (shape === undefined) return;
      if (!this.#count(path)) return;
      if (items[i] === undefined) {
        this.#add(
          itemPath(path, i),
          "type",
          i in items ? "is undefined, which BSON does not have" : "is a hole: sparse arrays cannot be sent",
        );
      } else {
        this.explain(shape, items[i], itemPath(path, i), depth - 1);
      }
    }
  }

  #document(shape: DocumentShape, value: unknown, path: string, depth: number): void {
    const strict = shape.fields.some(({ optional }) => optional !== true);
    if (typeof value !== "object" || value === null || (!strict && hidesItsData(value))) {
      this.#wrongType(shape, value, path);
      return;
    }
    this.#within(value, path, depth, () => {
      for (const field of shape.fields) {
        const inherited = field.name in Object.prototype;
        const part = inherited ? ownField(value as Fields, field.name) : (value as Fields)[field.name];
        if (part === undefined) {
          if (field.optional !== true) this.#add(fieldPath(path, field.name), "required", `is required${absentIn(value)}`);
        } else {
          this.explain(field.type, part, fieldPath(path, field.name), depth - 1);
        }
      }
    });
  }

  #map(shape: MapShape, value: unknown, path: string, depth: number): void {
    if (shape.form === "map" ? !isMap(value) : typeof value !== "object" || value === null || hidesItsData(value)) {
      this.#wrongType(shape, value, path);
      return;
    }
    this.#within(value as object, path, depth, () => {
      const entries: Iterable<[unknown, unknown]> = isMap(value) ? value : Object.entries(value as Fields);
      const texts = new Set<string>();
      for (const [key, entry] of entries) {
        if (this.violations.isFull) return;
        if (entry === undefined && shape.form === "object") continue;
        if (!this.#count(path)) return;
        const entryPath = fieldPath(path, typeof key === "string" ? key : valueName(key));
        const text = this.#key(shape, key, entryPath);
        if (text !== undefined && texts.has(text)) this.#add(entryPath, "duplicate", "is there twice, in another case");
        else if (text !== undefined) texts.add(text);
        if (entry === undefined) this.#add(entryPath, "type", "is undefined, which BSON does not have");
        else this.explain(shape.value, entry, entryPath, depth - 1);
      }
    });
  }

  /** The key's text, if it is one of the shape's. */
  #key(shape: MapShape, key: unknown, path: string): string | undefined {
    const given = shape.form === "map" ? textOfKey(shape.key, key) : (key as string);
    const text = given === undefined ? undefined : keyOf(shape.key, given);
    if (text === undefined) {
      this.#add(path, "key", `the key is no ${shapeName(shape.key)}, or breaks its rules`);
    } else if (String(text).includes("\0")) {
      this.#add(path, "key", "the key holds a NUL, which would end it early");
    } else if (!String(text).isWellFormed()) {
      this.#add(path, "utf8", "the key holds a lone surrogate, which UTF-8 has no form for");
    }
    return text === undefined ? undefined : String(text);
  }

  #tagged(shape: TaggedShape, value: unknown, path: string, depth: number): void {
    if (typeof value !== "object" || value === null) {
      this.#wrongType(shape, value, path);
      return;
    }
    const fields = value as Fields;
    const tag = shape.tag in Object.prototype ? ownField(fields, shape.tag) : fields[shape.tag];
    if (shape.unrecognized && tag === unrecognized) {
      this.#unrecognized(shape, fields, path);
      return;
    }
    const arm = shape.arms.find(({ tags }) => tags.includes(tag as string));
    const tagPath = fieldPath(path, shape.tag);
    if (arm !== undefined) this.explain(arm.type, value, path, depth);
    else if (tag === undefined) this.#add(tagPath, "required", `is required${absentIn(value)}`);
    else {
      const found = typeof tag === "string" ? JSON.stringify(tag.slice(0, 100)) : valueName(tag);
      this.#add(tagPath, "tag", `is ${found}, not ${literalNames(shape.arms.flatMap(({ tags }) => tags))}`);
    }
  }

  #unrecognized(shape: TaggedShape, { bytes, tag }: Fields, path: string): void {
    const bytesPath = fieldPath(path, "bytes");
    if (!isBytes(bytes)) {
      this.#add(bytesPath, "type", `is ${valueName(bytes)}, not Uint8Array`);
      return;
    }
    try {
      const b = Buffer.from(bytes);
      const dv = new DataView(b.buffer, b.byteOffset, b.length);
      if (documentEnd(b, dv, 0, b.length) === b.length) {
        this.#add(bytesPath, "bytes", `must be one document with the tag ${String(tag)} under ${JSON.stringify(shape.tag)}`);
        return;
      }
    } catch {
      // Reported below.
    }
    this.#add(bytesPath, "bytes", "must be one well-formed BSON document");
  }

  #union(shape: UnionShape, value: unknown, path: string, depth: number): void {
    const arm = shape.arms.find((candidate) => couldBe(resolveShape(candidate), value));
    if (arm === undefined) this.#wrongType(shape, value, path);
    else this.explain(arm, value, path, depth);
  }

  #scalarRules(shape: ResolvedShape, value: unknown, path: string): void {
    for (const { rule, message } of brokenRules(shape, value)) this.#add(path, rule, message);
    if (typeof value === "string" && !value.isWellFormed()) this.#surrogate(path);
  }

  #surrogate(path: string): void {
    this.#add(path, "utf8", "holds a lone surrogate, which UTF-8 has no form for");
  }

  #scalar(shape: ResolvedShape, kind: ScalarShapeKind, value: unknown, path: string): void {
    if (!couldBe(shape, value)) {
      this.#wrongType(shape, value, path);
      return;
    }
    const problem = scalarProblem(kind, value);
    if (problem !== undefined) this.#add(path, "type", problem);
    else this.#scalarRules(shape, value, path);
  }

  #unknown(value: unknown, path: string, depth: number): void {
    switch (typeof value) {
      case "string":
        if (!value.isWellFormed()) this.#surrogate(path);
        return;
      case "number":
      case "boolean":
        return;
      case "bigint":
        if (BigInt.asIntN(64, value) !== value) this.#add(path, "type", `${valueName(value)} does not fit 64 bits`);
        return;
      case "object":
        break;
      default:
        this.#add(path, "type", `is ${valueName(value)}, which cannot be sent`);
        return;
    }
    if (value === null || isBytes(value)) return;
    if (Array.isArray(value)) this.#within(value, path, depth, () => this.#items(value, path, () => anything, depth));
    else if (isPlainObject(value)) this.#entries(value as Fields, anything, path, depth);
    else if (isDate(value)) {
      const problem = scalarProblem("date", value);
      if (problem !== undefined) this.#add(path, "type", problem);
    } else if (exoticTypes().bound(value) < 0) {
      this.#add(path, "type", `is ${valueName(value)} that is no plain data: only plain objects and arrays can be sent`);
    }
  }

  #entries(value: Fields, shape: Shape, path: string, depth: number): void {
    this.#within(value, path, depth, () => {
      for (const [key, entry] of Object.entries(value)) {
        if (this.violations.isFull || !this.#count(path)) return;
        const entryPath = fieldPath(path, key);
        this.#key(anyMap, key, entryPath);
        if (entry !== undefined) this.explain(shape, entry, entryPath, depth - 1);
      }
    });
  }

  #json(value: unknown, path: string, depth: number): void {
    if (typeof value === "number" && !Number.isFinite(value)) {
      this.#add(path, "type", `is ${valueName(value)}, which JSON does not have`);
    } else if (Array.isArray(value)) {
      this.#within(value, path, depth, () => this.#items(value, path, () => json, depth));
    } else if (typeof value === "object" && value !== null && isPlainObject(value)) {
      this.#entries(value as Fields, json, path, depth);
    } else if (value !== null && !["string", "number", "boolean"].includes(typeof value)) {
      this.#add(path, "type", `is ${valueName(value)}, which JSON does not have`);
    } else if (typeof value === "string" && !value.isWellFormed()) {
      this.#surrogate(path);
    }
  }
}

const anything: Shape = { kind: "unknown" };
const json: Shape = { kind: "json" };
const anyMap: MapShape = { kind: "map", form: "object", key: { kind: "string" }, value: anything };

function textOfKey(shape: Shape, key: unknown): string | undefined {
  try {
    return keyText(shape, key);
  } catch {
    return undefined;
  }
}

/** What a missing field is explained by, when the object is none that has fields. */
function absentIn(value: object): string {
  const name = valueName(value);
  return name === "object" ? "" : `, and ${name} has no such field`;
}
