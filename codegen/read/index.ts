/** TypeScript -> model. The one folder that knows the compiler. */

export { createReader, type ReadOptions, type ReadResult, readSchemas, type SchemaReader } from "./schema-reader.ts";
