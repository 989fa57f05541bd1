/** `@taut/codegen`: schema folder in, generated modules out; usable as a library. */

export type * from "./model/diagnostic.ts";
export type * from "./model/schema-model.ts";
