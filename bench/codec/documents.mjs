/**
 * MongoDB's benchmark documents, and schemas for them: made from the documents themselves, since nobody can write 145 random names.
 *
 * They are another project's files and lie beside the repository (`TAUT_SHARED`, default `../shared`); without them these
 * columns are left out.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Code, EJSON } from "bson";

const shared = process.env.TAUT_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));
const folder = join(shared, "data/mongodb-bson-benchmark");

export function documentNames() {
  return existsSync(folder) ? ["flat", "deep", "full"] : [];
}

/** The document as Taut's values: int64 as bigint, code (which a schema has no type for) as it is, under `unknown`. */
export function readDocument(name) {
  const parsed = EJSON.parse(readFileSync(join(folder, `${name}_bson.json`), "utf8"), { relaxed: false });
  return plain(parsed);
}

function plain(value) {
  switch (value?._bsontype) {
    case "Long":
      return value.toBigInt();
    case "Int32":
    case "Double":
      return value.valueOf();
    case "Code":
      return new Code(value.code, value.scope === null ? null : plain(value.scope));
    case "Binary":
      return value.sub_type === 0 ? new Uint8Array(value.value()) : value;
    case undefined:
      break;
    default:
      return value;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

const classes = ["ObjectId", "Decimal128", "Timestamp", "Binary", "MinKey", "MaxKey", "BSONRegExp"];

/** The document's own types for `bson`: so that its numbers keep their widths. */
export function readOriginal(name) {
  return EJSON.parse(readFileSync(join(folder, `${name}_bson.json`), "utf8"), { relaxed: false });
}

/** A schema whose one message is the document. */
export function documentSchema(name) {
  if (name === "deep") return deepSchema;
  const original = readOriginal(name);
  const used = new Set();
  const widths = new Set();
  const text = typeText(original, used, widths, "");
  const imports = [
    ...(used.size > 0 ? [`import type { ${[...used].sort().join(", ")} } from "bson";`] : []),
    ...(widths.size > 0 ? [`import type { ${[...widths].sort().join(", ")} } from "taut/schema";`] : []),
  ];
  const title = name[0].toUpperCase() + name.slice(1);
  const service = `export interface ${title}Codecs {\n  echo(message: ${title}): Promise<${title}>;\n}\n`;
  const empty = text.includes(": Empty;") ? "export interface Empty {}\n\n" : "";
  return `${imports.join("\n")}\n\n${empty}export interface ${title} ${text}\n\n${service}`;
}

/** A balanced tree with strings at its leaves, as anybody would write it down. */
const deepSchema = `export interface Deep {
  right: Deep | string;
  left: Deep | string;
}

export interface DeepCodecs {
  echo(message: Deep): Promise<Deep>;
}
`;

function typeText(value, used, widths, indent) {
  const type = value?._bsontype;
  if (type === "Int32" || type === "Double") {
    widths.add(type);
    return type;
  }
  if (type === "Long") return "bigint";
  if (type === "Code") return "unknown";
  if (type === "Binary" && value.sub_type === 0) return "Uint8Array";
  if (classes.includes(type)) {
    used.add(type);
    return type;
  }
  if (value instanceof Date) return "Date";
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return `${typeText(value[0], used, widths, indent)}[]`;
  if (Object.keys(value).length === 0) return "Empty";
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(
    ([key, part]) => `${inner}${JSON.stringify(key)}: ${typeText(part, used, widths, inner)};\n`,
  );
  return `{\n${lines.join("")}${indent}}`;
}
