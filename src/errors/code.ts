/**
 * The status codes, gRPC's sixteen without OK, and their numbers on the wire.
 *
 * Source of names and numbers: gRPC, `doc/statuscodes.md`. This file knows nothing of errors or bytes.
 * PROTOCOL.md: "Errors".
 */

export type Code =
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "UNAUTHENTICATED";

/** The number of each code on the wire. */
export const codeNumbers: Readonly<Record<Code, number>> = Object.freeze({
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
});

const names = Object.keys(codeNumbers) as Code[];
const byNumber: readonly (Code | undefined)[] = [undefined, ...names];

/** `Code.NOT_FOUND === "NOT_FOUND"`: for those who prefer a name that the editor completes to a bare string. */
export const Code: { readonly [C in Code]: C } = Object.freeze(
  Object.fromEntries(names.map((name) => [name, name])) as { [C in Code]: C },
);

/** True for the sixteen names alone: own keys, so `"toString"` is none. */
export function isCode(value: unknown): value is Code {
  return typeof value === "string" && Object.hasOwn(codeNumbers, value);
}

/** The code of a number on the wire. A number that gRPC does not define is UNKNOWN, as gRPC asks. */
export function codeOfNumber(number: number): Code {
  return byNumber[number] ?? "UNKNOWN";
}
