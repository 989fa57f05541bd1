/**
 * A type as plain data: what the slow passes of codecs work from.
 *
 * Generated modules hold one constant a type. Hot code never looks at them; the explaining passes, the counting of elements and
 * the keys of maps do. Mirrors the schema model of the generator.
 */

export type Shape =
  | ScalarShape
  | LiteralsShape
  | ItemsShape
  | TupleShape
  | MapShape
  | DocumentShape
  | TaggedShape
  | UnionShape
  | RefShape;

export type ScalarShapeKind =
  | "string"
  | "boolean"
  | "number"
  | "int32"
  | "uint32"
  | "int53"
  | "double"
  | "int64"
  | "uint64"
  | "date"
  | "bytes"
  | "uuid"
  | "null"
  | "objectId"
  | "decimal128"
  | "timestamp"
  | "binary"
  | "minKey"
  | "maxKey"
  | "bsonRegExp"
  | "unknown"
  | "json";

/** JSON Schema's words, as the doc comments of the schema have them. Lengths in code points. */
export interface ShapeRules {
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly exclusiveMinimum?: number | bigint;
  readonly exclusiveMaximum?: number | bigint;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly format?: string;
}

interface Base {
  readonly rules?: ShapeRules;
}

export interface ScalarShape extends Base {
  readonly kind: ScalarShapeKind;
}

export interface LiteralsShape extends Base {
  readonly kind: "literals";
  readonly values: readonly (string | number | boolean)[];
  /** Any string is let through. */
  readonly open: boolean;
}

export interface ItemsShape extends Base {
  readonly kind: "array" | "set";
  readonly items: Shape;
}

export interface TupleShape extends Base {
  readonly kind: "tuple";
  readonly items: readonly { readonly type: Shape; readonly optional?: boolean }[];
  readonly rest?: Shape;
}

export interface MapShape extends Base {
  readonly kind: "map";
  readonly form: "object" | "map";
  readonly key: Shape;
  readonly value: Shape;
}

export interface DocumentShape extends Base {
  readonly kind: "document";
  readonly fields: readonly FieldShape[];
}

export interface FieldShape {
  readonly name: string;
  readonly type: Shape;
  readonly optional?: boolean;
  /** The decoder fills it in when it is absent. */
  readonly hasDefault?: boolean;
}

export interface TaggedShape extends Base {
  readonly kind: "tagged";
  readonly tag: string;
  readonly arms: readonly { readonly tags: readonly (string | number | boolean)[]; readonly type: Shape }[];
  /** Unknown tags are let through. */
  readonly unrecognized: boolean;
}

export interface UnionShape extends Base {
  readonly kind: "value-union";
  readonly arms: readonly Shape[];
}

export interface RefShape {
  readonly kind: "ref";
  readonly rules?: never;
  readonly to: () => Shape;
}

export type ResolvedShape = Exclude<Shape, RefShape>;

/** The shape that a reference stands for; any other is itself. */
export function resolveShape(shape: Shape): ResolvedShape {
  let resolved = shape;
  while (resolved.kind === "ref") resolved = resolved.to();
  return resolved;
}
