/**
 * What a schema folder means: services, messages and the structure of every type, as plain data.
 *
 * Made by `read`, judged by `check`, turned into source by `emit`. Knows nothing of TypeScript's compiler or of files.
 * Everything in it is in a deterministic order that does not depend on the checker: files by path, services and methods in
 * source order, union arms by tag or value.
 */

/** A place in the schema sources. */
export interface Place {
  /** Posix path relative to the schema root (or as given, for files outside of it). */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** Everything that a schema folder says. */
export interface SchemaModel {
  readonly files: readonly SchemaFile[];
  /** Every document, tagged union and recursive alias that anything refers to, by id. */
  readonly structures: ReadonlyMap<string, Structure>;
}

/** One schema file; one module is emitted for it. */
export interface SchemaFile {
  /** Below the root, posix, without extension: `shop/v1/orders`. */
  readonly path: string;
  /** `shop.v1`, or "" for a file straight in the root. */
  readonly packageName: string;
  readonly services: readonly Service[];
  readonly messages: readonly Message[];
  /** Fault interfaces declared (exported) in this file. */
  readonly faults: readonly Fault[];
  /** Exported types to pass on (services and faults are not among them), and enums, which are values too. */
  readonly exports: readonly PassedOn[];
}

/** An exported type that a generated module exports again. */
export interface PassedOn {
  readonly name: string;
  readonly kind: "type" | "enum";
  /** How many type parameters it has: a generic is passed on as a type, too. */
  readonly typeParameters: number;
  /** Enums: the members in source order, for `--emit js`. */
  readonly members?: readonly { readonly name: string; readonly value: string | number }[];
  /** Enums: the schema's module has no value of that name. */
  readonly isTypeOnly?: boolean;
  /** What a non-generic type is, where the model can say it: `--emit js` writes it out. */
  readonly type?: Type;
  /** The same as it is written, where the model cannot say it: of generics, of what cannot be carried. */
  readonly text?: DeclarationText;
  readonly doc?: Doc;
  readonly place?: Place;
  /** False for a name that the file passes on from another file of the folder, which has it at home. */
  readonly isHome?: boolean;
}

/** A declaration, or several that are merged, without doc comment. */
export interface DeclarationText {
  readonly parts: readonly DeclarationPart[];
  /** Declarations that nobody exports, which it refers to; and those refer to each other. */
  readonly helpers: readonly { readonly id: string; readonly hint: string; readonly parts: readonly DeclarationPart[] }[];
}

/** Source text, or a name that has to be found where it is printed. */
export type DeclarationPart =
  | string
  /** Where `export` stands, if it is exported. */
  | { readonly from: "head" }
  | { readonly from: "self" }
  | { readonly from: "helper"; readonly id: string }
  | { readonly from: "declared"; readonly declared: DeclaredName }
  /** Of `taut/schema`, of `bson`. */
  | { readonly from: "schema" | "bson"; readonly name: string };

/** A doc comment, ready to be carried over: text without the stars, tags as written. */
export interface Doc {
  readonly text: string;
  readonly deprecated?: string | true;
}

/** An interface of methods. */
export interface Service {
  readonly name: string;
  /** `shop.v1.Orders` */
  readonly fullName: string;
  readonly place: Place;
  readonly doc?: Doc;
  readonly methods: readonly Method[];
  /** `@reserved` names of methods that were. */
  readonly reserved?: readonly string[];
}

/** How many messages go each way, and whether an answer comes. */
export type MethodKind = "unary" | "server-stream" | "client-stream" | "bidi" | "one-way";
/** Whether a result travels as itself, as `{ value }`, or not at all. */
export type Wrapping = "document" | "value" | "void";

/** One method: what it takes and answers, and the documents that carry both. */
export interface Method {
  readonly name: string;
  readonly kind: MethodKind;
  readonly place: Place;
  readonly doc?: Doc;
  readonly idempotent: boolean;
  readonly timeoutMs?: number;
  /** As declared, for the handler's and the client's signatures. Empty for `m()`. */
  readonly parameters: readonly Parameter[];
  /**
   * How the parameters make the request document:
   * "document": the one parameter is the document (or the stream's item is); "parameters": a document keyed by parameter name
   * (empty for `m()`); "item": the one parameter is a stream whose items travel as `{ value }`.
   */
  readonly requestShape: "document" | "parameters" | "item";
  /** Structure id of the request document (of each request message for request streams), wrapped already where it must be. */
  readonly request: string;
  /** Structure id of the response document, wrapped already; of the empty document for void and one-way. */
  readonly response: string;
  /** What the API hands out: the type without wrapping and without faults. Absent for void and one-way. */
  readonly result?: Type;
  /** `Promise<T | undefined>`: the response's `value` may be absent, the result then is undefined. */
  readonly resultOrUndefined?: boolean;
  readonly resultWrapping: Wrapping;
  /** Full names of the declared faults, sorted. */
  readonly faults: readonly string[];
}

/** A parameter as it is declared. */
export interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  /** For a request stream: the item's type, unwrapped. */
  readonly type: Type;
  readonly stream: boolean;
}

/** An exported name that gets `encodeX` and `decodeX`. */
export interface Message {
  readonly name: string;
  readonly fullName: string;
  readonly place: Place;
  readonly structure: string;
  readonly doc?: Doc;
}

/** An error that methods declare. */
export interface Fault {
  readonly name: string;
  readonly fullName: string;
  readonly code: string;
  readonly place: Place;
  /** Structure of the fault's own fields. */
  readonly structure: string;
  readonly doc?: Doc;
}

/** A type that others refer to by id. */
export interface Structure {
  readonly id: string;
  /** What errors call it: `shop.v1.Order`; for unnamed ones a path of where they stand: `shop.v1.Orders/place.request`. */
  readonly name: string;
  /** What internal identifiers are made from, `[A-Za-z0-9_]+`; not unique. */
  readonly hint: string;
  /** The exported declaration that names it, when there is one and it is not generic: for type texts. */
  readonly declared?: DeclaredName;
  readonly place: Place;
  readonly doc?: Doc;
  /** Never a ref. */
  readonly type: Exclude<Type, RefType>;
  /** It can contain itself: its codec counts depth. */
  readonly recursive: boolean;
  /** `@reserved` names of fields that were. */
  readonly reserved?: readonly string[];
}

/** An exported, non-generic name of a schema file. */
export interface DeclaredName {
  readonly name: string;
  /** `SchemaFile.path` */
  readonly file: string;
}

/** What a value can be. Every kind says what it is on the wire. */
export type Type =
  | ScalarType
  | LiteralsType
  | ArrayType
  | SetType
  | TupleType
  | MapType
  | DocumentType
  | TaggedUnionType
  | ValueUnionType
  | RefType;

interface Base {
  /** Rules of the alias or the field that this type stands in; a field's win over its alias's. */
  readonly rules?: Rules;
  /** The exported alias it was written with, for type texts (`type UserId = string & {...}`). */
  readonly alias?: DeclaredName;
  /** The other side of a brand as it may be printed anywhere: `{ readonly __brand: "Sku" }`. No effect on the wire. */
  readonly brand?: string;
}

/** The types that hold no others. */
export type ScalarKind =
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

export interface ScalarType extends Base {
  readonly kind: ScalarKind;
}

export type LiteralValue = string | number | boolean;

/** A literal, a union of literals, or an enum. */
export interface LiteralsType extends Base {
  readonly kind: "literals";
  /** Sorted: strings, then numbers, then booleans. bigint literals are not carried. */
  readonly values: readonly LiteralValue[];
  /** Any string is let through: `"a" | "b" | (string & {})`. */
  readonly open: boolean;
  /** Set when it was an enum: then the values are printed as the enum's name. */
  readonly enumName?: DeclaredName;
  /**
   * Some values are members of an enum, but not all of an exported one: the literals alone are other types than the schema's. No
   * effect on the wire.
   */
  readonly enumMembers?: boolean;
}

export interface ArrayType extends Base {
  readonly kind: "array";
  readonly items: Type;
  /** Written `readonly T[]`; no effect on the wire. */
  readonly readonly?: boolean;
}

/** `Set` of scalars. */
export interface SetType extends Base {
  readonly kind: "set";
  readonly items: Type;
  /** Written `ReadonlySet`; no effect on the wire. */
  readonly readonly?: boolean;
}

export interface TupleType extends Base {
  readonly kind: "tuple";
  readonly items: readonly { readonly type: Type; readonly optional: boolean }[];
  readonly rest?: Type;
  /** Written `readonly [...]`; no effect on the wire. */
  readonly readonly?: boolean;
}

export interface MapType extends Base {
  readonly kind: "map";
  /** Plain object or `Map`. */
  readonly form: "object" | "map";
  /** string, number widths, int64/uint64, uuid, boolean or literals. A uuid is text here as in the API, in lower case. */
  readonly key: ScalarType | LiteralsType;
  readonly value: Type;
  /** Written `Readonly<Record<...>>` or `ReadonlyMap`; no effect on the wire. */
  readonly readonly?: boolean;
}

export interface DocumentType extends Base {
  readonly kind: "document";
  /** In wire order: own properties in source order, then inherited ones. */
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly optional: boolean;
  /** Written `x: T | undefined` or `x?: T | undefined`: `undefined` may be given. The wire knows absent alone. */
  readonly orUndefined?: boolean;
  /** Written without `?`: `x: T | undefined`. No effect on the wire. */
  readonly requiredKey?: boolean;
  /** No effect on the wire. */
  readonly readonly?: boolean;
  /** `@default`, already parsed; the decoder fills it in when the key is absent. */
  readonly default?: DefaultValue;
  readonly doc?: Doc;
}

/** As JSON says it, but for bigints and dates. What a list or an object makes (a Set, a Map) is for the field's type to say. */
export type DefaultValue =
  | string
  | number
  | boolean
  | bigint
  | Date
  | null
  | readonly DefaultValue[]
  | { readonly [key: string]: DefaultValue };

export interface TaggedUnionType extends Base {
  readonly kind: "tagged";
  readonly tag: string;
  /** Sorted by their first tag value. */
  readonly arms: readonly {
    readonly tags: readonly LiteralValue[];
    /** A document (directly or by ref) that contains the tag as a literals field. */
    readonly type: DocumentType | RefType;
  }[];
  /** It has an `Unrecognized<tag>` arm. */
  readonly unrecognized: boolean;
}

/** Arms told apart by BSON type: `Date | string`, `T | null`. */
export interface ValueUnionType extends Base {
  readonly kind: "value-union";
  /** In a fixed order of kinds. `null` is an arm like others. */
  readonly arms: readonly Type[];
}

export interface RefType extends Base {
  readonly kind: "ref";
  readonly id: string;
}

/** JSON Schema's words. Lengths in code points. */
export interface Rules {
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
  readonly format?: Format;
}

export type Format = "date-time" | "date" | "email" | "hostname" | "ipv4" | "ipv6" | "uri" | "uuid";
