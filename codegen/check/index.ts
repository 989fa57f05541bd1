/** What is wrong with a model as a whole, and the table of everything that can be wrong. */

export { checkModel } from "./check-model.ts";
export { type DiagnosticName, type DiagnosticRow, diagnosticRows } from "./diagnostic-codes.ts";
