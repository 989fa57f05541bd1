/** One method of a service: its kind, its request and response documents, its declared faults. */

import { ts } from "ts-morph";
import type { Method, MethodKind } from "../model/schema-model.ts";
import type { Tag } from "./doc-comments.ts";
import type { Owner } from "./owners.ts";
import { nameNode } from "./places.ts";
import { type Answer, readAnswer } from "./read-answer.ts";
import { readRequest } from "./read-request.ts";
import { hintOf, type Reading, type Site } from "./reading.ts";
import { checkTags } from "./rules.ts";
import { methodTags } from "./tag-names.ts";

export interface MethodSource {
  readonly property: ts.Symbol;
  readonly signatures: readonly ts.Signature[];
  /** The service's full name. */
  readonly service: string;
  readonly owner: Owner;
  /** Full names of what every method of the service may throw. */
  readonly faults: readonly string[];
  readonly reserved: readonly string[];
}

/** Names that a client cannot have as methods. */
const refusedNames: ReadonlySet<string> = new Set(["then", "constructor", "settled", "__proto__", ""]);

export function readMethod(reading: Reading, source: MethodSource): Method | undefined {
  const { property, service, owner } = source;
  const { name } = property;
  const declaration = property.valueDeclaration ?? property.declarations?.[0] ?? owner.at;
  const at = nameNode(declaration);
  const signature = checkedSignature(reading, source, at);
  if (signature === undefined) return undefined;
  const site: Site = { at, owner, name: `${service}/${name}`, hint: hintOf(`${service.split(".").at(-1)} ${name}`), depth: 0 };
  const answer = readAnswer(reading, signature, site);
  const request = readRequest(reading, signature, { ...site, name: `${site.name}.request`, hint: `${site.hint}Request` });
  if (answer === undefined || request === undefined) return undefined;
  const kind = kindOf(answer, request.isStream);
  if (kind === undefined) {
    reading.trouble(site, "no-answer", { message: "a request stream needs an answer", remedy: "answer `Promise<void>`" });
    return undefined;
  }
  const { doc, tags } = reading.docs.of(property.declarations);
  const known = checkTags(reading, site, tags, methodTags);
  const timeoutMs = readTimeout(reading, site, known);
  return {
    name,
    kind,
    place: reading.places.of(at),
    ...(doc === undefined ? {} : { doc }),
    idempotent: known.some((tag) => tag.name === "idempotent"),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    parameters: request.parameters,
    requestShape: request.shape,
    request: request.structure,
    response: answer.structure,
    ...(answer.result === undefined ? {} : { result: answer.result }),
    ...(answer.orUndefined ? { resultOrUndefined: true } : {}),
    resultWrapping: answer.wrapping,
    faults: kind === "one-way" ? [] : [...new Set([...source.faults, ...answer.faults])].sort(),
  };
}

/** The one signature that a method may have. */
function checkedSignature(reading: Reading, source: MethodSource, at: ts.Node): ts.Signature | undefined {
  const { property, signatures, owner, reserved } = source;
  const site = { at, owner };
  const [signature, second] = signatures;
  const name = JSON.stringify(property.name);
  if (String(property.escapedName).startsWith("__@")) {
    reading.trouble(site, "method-name", { message: "a method's name is text" });
    return undefined;
  }
  if (refusedNames.has(property.name) || !property.name.isWellFormed()) {
    reading.trouble(site, "method-name", { message: `a client cannot have a method ${name}` });
    return undefined;
  }
  if (reserved.includes(property.name)) reading.trouble(site, "reserved-name", { message: `the name ${name} is reserved` });
  const type = reading.checker.getTypeOfSymbol(property);
  if (property.flags & ts.SymbolFlags.Optional || type.isUnion()) {
    reading.trouble(site, "optional-method", { message: `a server may not leave ${name} out` });
    return undefined;
  }
  if (signature === undefined || second !== undefined) {
    reading.trouble(site, "overloaded-method", { message: `${name} has ${signatures.length} signatures` });
    return undefined;
  }
  if (signature.typeParameters !== undefined && signature.typeParameters.length > 0) {
    reading.trouble(site, "generic-method", { message: `${name} has type parameters` });
    return undefined;
  }
  return signature;
}

function kindOf(answer: Answer, isRequestStream: boolean): MethodKind | undefined {
  if (answer.form === "nothing") return isRequestStream ? undefined : "one-way";
  if (answer.form === "stream") return isRequestStream ? "bidi" : "server-stream";
  return isRequestStream ? "client-stream" : "unary";
}

function readTimeout(reading: Reading, site: Site, tags: readonly Tag[]): number | undefined {
  const tag = tags.find(({ name }) => name === "timeoutMs");
  if (tag === undefined) return undefined;
  const value = Number(tag.value);
  if (tag.value !== "" && value > 0 && (value === Number.POSITIVE_INFINITY || value < 2 ** 32)) return value;
  const { place, value: text } = tag;
  reading.trouble(site, "tag-value", {
    message: "@timeoutMs takes milliseconds, above 0",
    typeText: `@timeoutMs ${text}`,
    place,
  });
  return undefined;
}
