/**
 * The signatures of one method: as the handler's interface and as the client declares it.
 *
 * Parameters keep their declared names where those can be names of parameters; they never reach beyond the parentheses and the
 * body of their own method.
 */

import type { Method, Parameter } from "../model/schema-model.ts";
import { parameterType, resultType } from "./method-types.ts";
import { type ModuleContext, runtime } from "./module-context.ts";
import { isParameterName } from "./names.ts";

export interface Argument {
  readonly parameter: Parameter;
  readonly local: string;
}

export interface Signature {
  readonly method: Method;
  readonly arguments: readonly Argument[];
  /** What the last parameter is called: `context`, or `options`. */
  readonly last: string;
}

/** @param last what the parameter behind the declared ones is called, unless a declared one is called that */
export function signatureOf(method: Method, last: "context" | "options"): Signature {
  const used = new Set<string>([...bodyNames, ...languageNames]);
  const locals = method.parameters.map((parameter) => {
    let local = isParameterName(parameter.name) ? parameter.name : "argument";
    while (used.has(local)) local += "_";
    used.add(local);
    return { parameter, local };
  });
  let lastName: string = last;
  if (used.has(lastName)) lastName = last === "context" ? "callContext" : "callOptions";
  while (used.has(lastName)) lastName += "_";
  return { method, arguments: locals, last: lastName };
}

/** What bodies of client methods refer to; a parameter of such a name would hide it. */
const bodyNames = ["settle"];

/** Names of the language itself, which readers and linters take a parameter of that name for. */
const languageNames: readonly string[] =
  `AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError
   FinalizationRegistry Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array JSON Map Math NaN Number Object
   Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint16Array
   Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet constructor decodeURI decodeURIComponent encodeURI
   encodeURIComponent escape globalThis hasOwnProperty isFinite isNaN isPrototypeOf parseFloat parseInt propertyIsEnumerable
   toLocaleString toString undefined unescape valueOf`.split(/\s+/);

/** `(request: PlaceOrder, context: CallContext): Awaitable<Order>` */
export function handlerSignature(context: ModuleContext, method: Method): string {
  const signature = signatureOf(method, "context");
  const texts = signature.arguments.map(({ local }, index) => `${local}: ${handlerParameterType(context, method, index)}`);
  texts.push(`${signature.last}: ${runtime(context, "CallContext")}`);
  return `(${texts.join(", ")}): ${handlerResult(context, method)}`;
}

export function handlerParameterType(context: ModuleContext, method: Method, index: number): string {
  const text = parameterType(context, method, index);
  const { stream = false, optional = false } = method.parameters[index] ?? {};
  if (stream) return `AsyncIterable<${text}>`;
  return optional ? `${text} | undefined` : text;
}

function handlerResult(context: ModuleContext, method: Method): string {
  const result = resultType(context, method);
  switch (method.kind) {
    case "unary":
    case "client-stream":
    case "one-way":
      return `${runtime(context, "Awaitable")}<${result}>`;
    case "server-stream":
    case "bidi":
      return `AsyncIterable<${result}> | Iterable<${result}>`;
  }
}

/** `(request: PlaceOrder, options?: CallOptions)`, with types or, in JavaScript, without. */
export function clientParameters(context: ModuleContext, signature: Signature): string {
  const { arguments: list, last } = signature;
  if (context.language === "js") return `(${[...list.map(({ local }) => local), last].join(", ")})`;
  return typedClientParameters(context, signature);
}

export function typedClientParameters(context: ModuleContext, { method, arguments: list, last }: Signature): string {
  const lastRequired = list.findLastIndex(({ parameter }) => !parameter.optional);
  const texts = list.map(({ parameter, local }, index) => {
    const text = parameterType(context, method, index);
    if (parameter.stream) return `${local}: AsyncIterable<${text}> | Iterable<${text}>`;
    if (!parameter.optional) return `${local}: ${text}`;
    return index > lastRequired ? `${local}?: ${text}` : `${local}: ${text} | undefined`;
  });
  texts.push(`${last}?: ${runtime(context, "CallOptions")}`);
  return `(${texts.join(", ")})`;
}

/** What the method of the client answers: a promise or an iterable. */
export function clientResult(context: ModuleContext, method: Method): string {
  const streams = method.kind === "server-stream" || method.kind === "bidi";
  return `${streams ? "AsyncIterable" : "Promise"}<${resultType(context, method)}>`;
}
