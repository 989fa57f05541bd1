/**
 * The TypeScript text of a type of the model.
 *
 * Exported, non-generic names are imported from where they are declared; everything else is printed as it is built. Widths and
 * other flavours keep their names (`Int32`), imported from `taut/schema`.
 */

import { quote } from "../model/quote.ts";
import type {
  DeclarationPart,
  DeclarationText,
  DeclaredName,
  DocumentType,
  Field,
  LiteralsType,
  MapType,
  ScalarKind,
  SchemaModel,
  Structure,
  Type,
} from "../model/schema-model.ts";
import { docComment } from "./doc-comment.ts";
import type { ModuleScope } from "./module-scope.ts";
import { typeKey } from "./names.ts";
import { structureOf } from "./structure-of.ts";

/** How a kind is written: as it stands, or as a name of a module. */
const scalarTexts: Record<ScalarKind, string | { readonly source: string; readonly name: string }> = {
  string: "string",
  boolean: "boolean",
  number: "number",
  int32: { source: "taut/schema", name: "Int32" },
  uint32: { source: "taut/schema", name: "Uint32" },
  int53: { source: "taut/schema", name: "Int53" },
  double: { source: "taut/schema", name: "Double" },
  int64: "bigint",
  uint64: { source: "taut/schema", name: "Uint64" },
  date: "Date",
  bytes: "Uint8Array",
  uuid: { source: "taut/schema", name: "Uuid" },
  null: "null",
  objectId: { source: "taut/runtime/v1/bson", name: "ObjectId" },
  decimal128: { source: "taut/runtime/v1/bson", name: "Decimal128" },
  timestamp: { source: "taut/runtime/v1/bson", name: "Timestamp" },
  binary: { source: "taut/runtime/v1/bson", name: "Binary" },
  minKey: { source: "taut/runtime/v1/bson", name: "MinKey" },
  maxKey: { source: "taut/runtime/v1/bson", name: "MaxKey" },
  bsonRegExp: { source: "taut/runtime/v1/bson", name: "BSONRegExp" },
  unknown: "unknown",
  json: { source: "taut/schema", name: "JsonValue" },
};

export interface TypeTextsOptions {
  readonly model: SchemaModel;
  readonly scope: ModuleScope;
  /** The module that a declared name is imported from; undefined when it is this module's own. */
  sourceOf(declared: DeclaredName): string | undefined;
  /** The name of a structure that is a fault's data; undefined for every other. */
  faultData(structureId: string): string | undefined;
}

export class TypeTexts {
  readonly #options: TypeTextsOptions;
  /** Recursive structures without a name of their own, by id: they need an alias to refer to themselves. */
  readonly #aliases = new Map<string, { local: string; text: string }>();
  readonly #helpers: string[] = [];

  constructor(options: TypeTextsOptions) {
    this.#options = options;
  }

  /** What a name of the schema is called here. */
  name(declared: DeclaredName): string {
    const source = this.#options.sourceOf(declared);
    return source === undefined
      ? this.#options.scope.exportedLocal(declared.name)
      : this.#options.scope.import(source, declared.name, "type");
  }

  of(type: Type): string {
    return type.alias === undefined ? this.built(type) : this.name(type.alias);
  }

  /** The type as it is built, whatever its own alias: what stands behind `type X =`. */
  built(type: Type): string {
    if (type.brand === undefined) return this.#plain(type);
    const { brand, alias, ...rest } = type;
    return `${this.#operand(rest as Type)} & ${brand}`;
  }

  #plain(type: Type): string {
    switch (type.kind) {
      case "literals":
        return this.#literals(type);
      case "array":
        return `${type.readonly === true ? "readonly " : ""}${this.#operand(type.items)}[]`;
      case "set":
        return `${type.readonly === true ? "ReadonlySet" : "Set"}<${this.of(type.items)}>`;
      case "tuple": {
        const items = type.items.map(({ type: item, optional }) => (optional ? `${this.#operand(item)}?` : this.of(item)));
        if (type.rest !== undefined) items.push(`...${this.#operand(type.rest)}[]`);
        return `${type.readonly === true ? "readonly " : ""}[${items.join(", ")}]`;
      }
      case "map":
        return this.#map(type);
      case "document":
        if (type.fields.length === 0) return "Record<string, never>";
        return `{ ${type.fields.map((field) => this.#member(field)).join("; ")} }`;
      case "tagged": {
        const arms = type.arms.map((arm) => this.of(arm.type));
        if (type.unrecognized) {
          arms.push(`${this.#options.scope.import("taut/schema", "Unrecognized", "type")}<${quote(type.tag)}>`);
        }
        return arms.join(" | ");
      }
      case "value-union":
        return [...type.arms.filter(isSomething), ...type.arms.filter(isNull)].map((arm) => this.of(arm)).join(" | ");
      case "ref":
        return this.structure(type.id);
      default: {
        const text = scalarTexts[type.kind];
        return typeof text === "string" ? text : this.#options.scope.import(text.source, text.name, "type");
      }
    }
  }

  structure(id: string): string {
    const structure = this.lookUp(id);
    const faultData = this.#options.faultData(id);
    if (faultData !== undefined) return faultData;
    if (structure.declared !== undefined) return this.name(structure.declared);
    return structure.recursive ? this.#alias(structure) : this.built(structure.type);
  }

  lookUp(id: string): Structure {
    return structureOf(this.#options.model, id);
  }

  /** `interface X { ... }`, a line a field, with the fields' comments. */
  interface(name: string, type: DocumentType): string {
    // An empty interface would take any value at all.
    if (type.fields.length === 0) return `type ${name} = ${this.built(type)};\n`;
    const members = type.fields.map((field) => `${docComment(field.doc, "  ")}  ${this.#member(field)};\n`);
    return `interface ${name} {\n${members.join("")}}\n`;
  }

  /** False where the text would be another type than the schema's: enums have types that only their own names say. */
  isExact(type: Type, seen: Set<string> = new Set()): boolean {
    if (type.alias !== undefined) return true;
    const exact = (part: Type): boolean => this.isExact(part, seen);
    switch (type.kind) {
      case "literals":
        return type.enumMembers !== true;
      case "array":
      case "set":
        return exact(type.items);
      case "tuple":
        return type.items.every((item) => exact(item.type)) && (type.rest === undefined || exact(type.rest));
      case "map":
        return exact(type.key) && exact(type.value);
      case "document":
        return type.fields.every((field) => exact(field.type));
      case "tagged":
        return type.arms.every((arm) => exact(arm.type));
      case "value-union":
        return type.arms.every(exact);
      case "ref": {
        const structure = this.lookUp(type.id);
        if (structure.declared !== undefined || seen.has(type.id)) return true;
        seen.add(type.id);
        return exact(structure.type);
      }
      default:
        return true;
    }
  }

  /** A declaration as it was written, under a local name. What it brings along is declared once for each. */
  declaration({ local, head }: { local: string; head: string }, { parts, helpers }: DeclarationText): string {
    const locals = new Map(helpers.map(({ id, hint }) => [id, this.#options.scope.declare(hint)]));
    const text = (list: readonly DeclarationPart[], itsHead: string) =>
      list.map((part) => this.#part(part, { self: local, head: itsHead, helpers: locals })).join("");
    for (const helper of helpers) this.#helpers.push(text(helper.parts, ""));
    return text(parts, head);
  }

  #part(part: DeclarationPart, here: { self: string; head: string; helpers: ReadonlyMap<string, string> }): string {
    if (typeof part === "string") return part;
    switch (part.from) {
      case "head":
        return here.head;
      case "self":
        return here.self;
      case "helper":
        return here.helpers.get(part.id) ?? "unknown";
      case "declared":
        return this.name(part.declared);
      case "schema":
        return this.#options.scope.import("taut/schema", part.name, "type");
      case "bson":
        return this.#options.scope.import("taut/runtime/v1/bson", part.name, "type");
    }
  }

  /** The declarations that the texts so far refer to. Asked for last. */
  aliasLines(): string[] {
    return [...[...this.#aliases.values()].map(({ local, text }) => `type ${local} = ${text};\n`), ...this.#helpers];
  }

  #member(field: Field): string {
    const head = `${field.readonly === true ? "readonly " : ""}${typeKey(field.name)}`;
    const text = this.of(field.type);
    if (field.orUndefined !== true) return `${head}${field.optional ? "?" : ""}: ${text}`;
    return `${head}${field.requiredKey === true ? "" : "?"}: ${text} | undefined`;
  }

  #map({ form, key, value, readonly = false }: MapType): string {
    const [keyText, valueText] = [this.of(key), this.of(value)];
    if (form === "map") return `${readonly ? "ReadonlyMap" : "Map"}<${keyText}, ${valueText}>`;
    // An index signature may refer to the alias that it stands in; an argument of `Record` may not.
    if (key.kind !== "literals") return `{ ${readonly ? "readonly " : ""}[key: ${keyText}]: ${valueText} }`;
    return readonly ? `Readonly<Record<${keyText}, ${valueText}>>` : `Record<${keyText}, ${valueText}>`;
  }

  #alias(structure: Structure): string {
    const known = this.#aliases.get(structure.id);
    if (known !== undefined) return known.local;
    const alias = { local: this.#options.scope.declare(structure.hint), text: "" };
    this.#aliases.set(structure.id, alias);
    alias.text = this.built(structure.type);
    return alias.local;
  }

  #literals(type: LiteralsType): string {
    if (type.enumName !== undefined) return this.name(type.enumName);
    const texts = type.values.map((value) => (typeof value === "string" ? quote(value) : String(value)));
    if (type.open) texts.push("(string & Record<never, never>)");
    const both = type.values.includes(true) && type.values.includes(false);
    return (both ? [...texts.filter((text) => text !== "true" && text !== "false"), "boolean"] : texts).join(" | ");
  }

  /** In parentheses where a `[]` or `?` behind it would bind to the last arm alone. */
  #operand(type: Type): string {
    const text = this.of(type);
    return this.#isCompound(type) ? `(${text})` : text;
  }

  /** True when the text of the type is more than one name, literal or bracketed thing. */
  #isCompound(type: Type): boolean {
    if (type.alias !== undefined) return false;
    if (type.brand !== undefined) return true;
    switch (type.kind) {
      case "value-union":
      case "tagged":
        return true;
      case "literals":
        return type.enumName === undefined;
      case "array":
      case "tuple":
        return type.readonly === true;
      case "ref": {
        const { declared, recursive, type: target } = this.lookUp(type.id);
        return declared === undefined && !recursive && this.#isCompound(target);
      }
      default:
        return false;
    }
  }
}

function isNull({ kind }: Type): boolean {
  return kind === "null";
}

/** `Order | null`, as people write it: null last. */
function isSomething(type: Type): boolean {
  return !isNull(type);
}
