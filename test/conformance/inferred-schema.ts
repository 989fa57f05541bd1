/** A schema for a document that somebody else wrote: what a person would type who has nothing but the document. */

const widths = ["Int32", "Double"];
const classes = ["ObjectId", "Decimal128", "Timestamp", "MinKey", "MaxKey", "BSONRegExp"];

/** The source of a schema file that exports `Root`. */
export function inferSchema(value: object): string {
  const writer = new SchemaWriter();
  writer.interface("Root", [value as Fields]);
  return writer.source();
}

type Fields = Readonly<Record<string, unknown>>;

class SchemaWriter {
  readonly #declarations: string[] = [];
  readonly #used = new Set<string>();
  #count = 0;

  source(): string {
    const imports = (names: readonly string[], from: string) => {
      const used = names.filter((name) => this.#used.has(name));
      return used.length === 0 ? "" : `import type { ${used.join(", ")} } from "${from}";\n`;
    };
    return `${imports(widths, "taut/schema")}${imports([...classes, "Binary"], "bson")}\n${this.#declarations.join("\n")}`;
  }

  /** One interface for all documents that stand at the same place: what some do not have is optional. */
  interface(name: string, documents: readonly Fields[]): void {
    const keys = [...new Set(documents.flatMap((document) => Object.keys(document)))];
    const at = this.#declarations.push("") - 1;
    const fields = keys.map((key) => {
      const having = documents.filter((document) => Object.hasOwn(document, key));
      const values = having.map((document) => document[key]);
      return `  ${JSON.stringify(key)}${having.length < documents.length ? "?" : ""}: ${this.#type(values)};\n`;
    });
    this.#declarations[at] = `export interface ${name} {\n${fields.join("")}}\n`;
  }

  #type(values: readonly unknown[]): string {
    const arms = new Set<string>();
    const documents: Fields[] = [];
    const items: unknown[] = [];
    for (const value of values) {
      if (Array.isArray(value)) items.push(...value);
      else if (isDocument(value)) documents.push(value);
      else arms.add(this.#scalar(value));
    }
    if (arms.has("unknown")) return "unknown";
    if (values.some(Array.isArray)) arms.add(items.length === 0 ? "string[]" : `(${this.#type(items)})[]`);
    if (documents.length > 0) arms.add(this.#documents(documents));
    return [...arms].sort().join(" | ");
  }

  #documents(documents: readonly Fields[]): string {
    const keys = documents.flatMap((document) => Object.keys(document));
    // Keyed by numbers: a map, and every number is another key.
    if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key))) {
      return `Record<string, ${this.#type(documents.flatMap((document) => Object.values(document)))}>`;
    }
    const name = `Part${this.#count}`;
    this.#count += 1;
    this.interface(name, documents);
    return name;
  }

  #scalar(value: unknown): string {
    if (value === null) return "null";
    if (typeof value !== "object") return typeof value;
    if (value instanceof Date) return "Date";
    const kind = String((value as { _bsontype?: unknown })._bsontype);
    if (kind === "Long") return "bigint";
    if (kind === "Binary") return (value as { sub_type?: unknown }).sub_type === 0 ? "Uint8Array" : this.#use("Binary");
    return widths.includes(kind) || classes.includes(kind) ? this.#use(kind) : "unknown";
  }

  #use(name: string): string {
    this.#used.add(name);
    return name;
  }
}

function isDocument(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
