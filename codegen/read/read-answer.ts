/** What a method answers: nothing, a promise or a stream; its result without faults, and the document that carries it. */

import { ts } from "ts-morph";
import type { Type, Wrapping } from "../model/schema-model.ts";
import { documentOf, isDocumentType, wrapped } from "./method-documents.ts";
import { faultsOf, isFault } from "./read-fault.ts";
import type { Reading, Site } from "./reading.ts";
import { otherStream, promiseOf, streamOf } from "./streams.ts";
import { armsOf } from "./union-names.ts";
import { unwrap } from "./written-type.ts";

export interface Answer {
  readonly form: "nothing" | "promise" | "stream";
  /** Id of the response document. */
  readonly structure: string;
  readonly result?: Type;
  readonly orUndefined: boolean;
  readonly wrapping: Wrapping;
  readonly faults: readonly string[];
}

export function readAnswer(reading: Reading, signature: ts.Signature, method: Site): Answer | undefined {
  const type = signature.getReturnType();
  const node = signature.declaration?.type;
  const returned = node !== undefined && ts.isTypeNode(node) ? node : undefined;
  const site: Site = { ...method, node: returned, at: returned ?? method.at, type };
  const response: Site = { ...site, name: `${method.name}.response`, hint: `${method.hint}Response` };
  if (type.flags & ts.TypeFlags.Void) return { ...nothing(reading, response), form: "nothing" };
  const promised = promiseOf(reading, type);
  const streamed = streamOf(reading, type);
  const held = promised ?? streamed;
  if (held === undefined) {
    refuse(reading, type, site);
    return undefined;
  }
  if (promised !== undefined && (streamOf(reading, promised) !== undefined || otherStream(reading, promised) !== undefined)) {
    reading.trouble(site, "other-stream", { message: "a stream is not waited for" });
    return undefined;
  }
  const written = reading.written.of(type, returned).node;
  const inner: Site = { ...response, node: reading.written.argument(written, 0) ?? undefined, type: held };
  return readResult(reading, { type: held, form: promised === undefined ? "stream" : "promise" }, inner);
}

function refuse(reading: Reading, type: ts.Type, site: Site): void {
  const stream = otherStream(reading, type);
  if (stream !== undefined) {
    reading.trouble(site, "other-stream", { message: `${stream} is not how streams are written` });
  } else if (type.flags & ts.TypeFlags.Any) {
    // Says what any other place says of `any`, or nothing when the compiler has spoken.
    reading.read(type, site);
  } else {
    reading.trouble(site, "no-answer", { message: "the answer crosses the network: it comes later, or not at all" });
  }
}

interface Held {
  readonly type: ts.Type;
  readonly form: "promise" | "stream";
}

function readResult(reading: Reading, { type, form }: Held, site: Site): Answer | undefined {
  if (swallowsFaults(reading, type, site)) return undefined;
  const all = armsOf(type);
  const faultArms = all.filter((arm) => isFault(reading, arm));
  const faults = faultArms.flatMap((arm) => faultsOf(reading, arm, site));
  const rest = all.filter((arm) => !faultArms.includes(arm));
  if (rest.length === 0 && faultArms.length > 0) {
    reading.trouble(site, "only-faults", { message: "nothing is left to answer" });
    return undefined;
  }
  // What was written of a result with faults is not the type of what is left.
  const inner: Site = faultArms.length === 0 ? site : { ...site, node: restNode(reading, rest, site) };
  if (rest.every(({ flags }) => flags & ts.TypeFlags.Void)) {
    if (form === "promise") return { ...nothing(reading, site), form, faults };
    reading.trouble(site, "void-type", {
      message: "a stream of nothing",
      remedy: "stream a document; an empty interface is one",
    });
    return undefined;
  }
  const arms = rest.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
  const orUndefined = form === "promise" && arms.length > 0 && arms.length < rest.length;
  const kept = orUndefined ? arms : rest;
  if (!orUndefined && isDocumentType(reading, kept)) {
    const result = reading.readArms(kept, { ...inner, at: inner.node ?? inner.at });
    if (result.kind !== "ref") return undefined;
    return { form, structure: result.id, result, orUndefined, wrapping: "document", faults };
  }
  const { draft, type: result } = wrapped(reading, kept, { ...inner, node: orUndefined ? undefined : inner.node }, orUndefined);
  return { form, structure: draft.id, result, orUndefined, wrapping: "value", faults };
}

/** The one arm that is left, where it is written as an arm of its own. */
function restNode(reading: Reading, rest: readonly ts.Type[], site: Site): ts.TypeNode | undefined {
  const [only] = rest;
  return rest.length === 1 && only !== undefined ? reading.written.arms(site.node).get(only) : undefined;
}

/** `unknown | F` is `unknown` to the checker; only the source still has the fault. */
function swallowsFaults(reading: Reading, type: ts.Type, site: Site): boolean {
  if (!(type.flags & ts.TypeFlags.Unknown)) return false;
  const node = unwrap(reading.written.of(type, site.node).node);
  if (node === undefined || !ts.isUnionTypeNode(node)) return false;
  reading.trouble(site, "swallowed-fault", { message: "`unknown` takes in what stands beside it" });
  return true;
}

function nothing(reading: Reading, site: Site): Answer {
  const { id } = documentOf(reading, site, () => []);
  return { form: "promise", structure: id, orUndefined: false, wrapping: "void", faults: [] };
}
