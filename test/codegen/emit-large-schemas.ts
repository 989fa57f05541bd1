/**
 * A large project's schemas: 100 services of 10 methods, 300 messages, as many files as services.
 *
 * Messages refer to those of other files, as in a real project; every kind of method and most kinds of fields are there.
 * `node test/codegen/emit-large-schemas.ts FOLDER` writes them (Node 22.18 and newer).
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";

const services = 100;
const packages = 10;

export function writeLargeSchemas(folder: string): void {
  for (let index = 0; index < services; index += 1) {
    const target = join(folder, packageFolder(index));
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, `service${index}.ts`), schemaText(index));
  }
}

/** The path of a service's file below the folder. */
export function schemaPath(index: number): string {
  return `${packageFolder(index)}/service${index}.ts`;
}

function packageFolder(index: number): string {
  return `area${index % packages}/v1`;
}

export function schemaText(index: number): string {
  // Groups of five share the record of their first service, which refers to itself.
  const other = index - (index % 5);
  const [item, record, event, far] = [`Item${index}`, `Record${index}`, `Event${index}`, `Record${other}`];
  const stream = "AsyncIterable";
  return `import type { Fault, Int32, Int64, Uuid } from "taut/schema";
${other === index ? "" : `import type { ${far} } from "../../${packageFolder(other)}/service${other}.ts";\n`}
/** Service number ${index}. */
export interface Service${index} {
  create(request: ${item}): Promise<${record} | Refused${index}>;
  /** @idempotent */
  get(id: string): Promise<${record} | null>;
  list(after?: string, limit?: Int32): Promise<${item}[]>;
  update(request: ${record}): Promise<${record} | Refused${index}>;
  remove(id: string): Promise<void>;
  link(id: string, to: ${far}): Promise<boolean>;
  watch(request: { id: string }): ${stream}<${event}>;
  load(items: ${stream}<${item}>): Promise<{ accepted: Int32 }>;
  sync(events: ${stream}<${event}>): ${stream}<${event}>;
  viewed(id: string): void;
}

export interface ${item} {
  name: string;
  size: Int32;
  price: Int64;
  ratio?: number;
  tags: string[];
  labels?: Record<string, string>;
}

export interface ${record} extends ${item} {
  id: Uuid;
  created: Date;
  parent?: ${far} | null;
  state: "new" | "open" | "closed";
  data?: Uint8Array;
  items: ${item}[];
}

export type ${event} =
  | { kind: "created"; record: ${record} }
  | { kind: "changed"; id: string; fields: string[] }
  | { kind: "removed"; id: string; at: Date };

export interface Refused${index} extends Fault<"FAILED_PRECONDITION"> {
  reason: string;
}
`;
}

if (import.meta.filename === argv[1]) writeLargeSchemas(argv[2] ?? "schemas");
