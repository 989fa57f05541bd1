/** `@taut/codegen`: schema folder in, generated modules out; usable as a library. */

export { type DiagnosticName, type DiagnosticRow, diagnosticRows } from "./check/index.ts";
export { type EmitOptions, type EmittedFile, emitModules, type ImportExtension } from "./emit/index.ts";
export { OptionError } from "./generate/folders.ts";
export { type GenerateOptions, type GenerateResult, generate } from "./generate/generate.ts";
export { type WatchRound, watch } from "./generate/watch.ts";
export type * from "./model/diagnostic.ts";
export type * from "./model/schema-model.ts";
export { createReader, type ReadOptions, type ReadResult, readSchemas, type SchemaReader } from "./read/index.ts";
export { type Difference, ForeignFileError } from "./write/index.ts";
