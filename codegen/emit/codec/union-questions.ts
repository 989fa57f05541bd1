/** By which questions a union of values finds the arm of a JavaScript value, and in which order it asks them. */

import { quote } from "../../model/quote.ts";
import type { ScalarKind, Type, ValueUnionType } from "../../model/schema-model.ts";
import type { EmitContext } from "./emit-context.ts";
import { withRulesOf } from "./union-rules.ts";
import type { ResolvedType } from "./units.ts";

/** What an arm's values are recognised by. The order is the order of the questions: cheap and common ones first. */
export type Question =
  | "null"
  | "string"
  | "number"
  | "boolean"
  | "bigint"
  | "array"
  | "bytes"
  | "date"
  | "set"
  | "map"
  | ScalarKind
  | "object";

/** The arms in the order of the questions. An arm of literals of several kinds answers several. */
export function armsByQuestion(context: EmitContext, type: ValueUnionType): { question: Question; arm: Type }[] {
  const result: { question: Question; arm: Type }[] = [];
  for (const arm of type.arms) {
    const questions = questionsOf(context.units.resolve(arm));
    for (const question of questions)
      result.push({ question, arm: withRulesOf(type, questions.length > 1 ? partOf(arm, question) : arm) });
  }
  return result.sort((a, b) => rank(a.question) - rank(b.question));
}

/** Of literals of several kinds those that answer the question: a compiler refuses to compare a string with a number. */
function partOf(arm: Type, question: Question): Type {
  if (arm.kind !== "literals") return arm;
  return { ...arm, values: arm.values.filter((value) => typeof value === question) };
}

function questionsOf(type: ResolvedType): Question[] {
  switch (type.kind) {
    case "string":
    case "uuid":
      return ["string"];
    case "int32":
    case "uint32":
    case "int53":
    case "double":
    case "number":
      return ["number"];
    case "int64":
    case "uint64":
      return ["bigint"];
    case "literals": {
      const kinds = new Set(type.values.map((value) => typeof value as Question));
      if (type.open) kinds.add("string");
      return [...kinds];
    }
    case "array":
    case "tuple":
      return ["array"];
    case "map":
      return [type.form === "map" ? "map" : "object"];
    case "document":
    case "tagged":
      return ["object"];
    case "value-union":
      return [];
    default:
      return [type.kind];
  }
}

const order: readonly Question[] = ["null", "string", "number", "boolean", "bigint", "array", "bytes", "date", "set", "map"];

/** No object gives the answer yes. */
export function isPrimitiveQuestion(question: Question): boolean {
  return ["null", "string", "number", "boolean", "bigint"].includes(question);
}

function rank(question: Question): number {
  const place = order.indexOf(question);
  if (place >= 0) return place;
  return question === "object" ? order.length + 1 : order.length;
}

/** The condition that answers the question for `x`. */
export function answer(context: EmitContext, question: Question): string {
  switch (question) {
    case "null":
      return "x === null";
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return `typeof x === "${question}"`;
    case "array":
      return "Array.isArray(x)";
    case "bytes":
      return `${context.use("isBytes")}(x)`;
    case "date":
      return `${context.use("isDate")}(x)`;
    case "set":
      return `${context.use("isSet")}(x)`;
    case "map":
      return `${context.use("isMap")}(x)`;
    case "object":
      return `typeof x === "object" && x !== null`;
    default:
      return `${context.useBson("isBsonClass")}(${quote(question)}, x)`;
  }
}
