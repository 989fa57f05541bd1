/** The parameters of a method, and the request document that they make. */

import { ts } from "ts-morph";
import type { Field, Method, Parameter } from "../model/schema-model.ts";
import { documentOf, isDocumentType, wrapped } from "./method-documents.ts";
import { nameNode } from "./places.ts";
import { readField } from "./read-document.ts";
import { hintOf, type Reading, type Site } from "./reading.ts";
import { otherStream, streamOf } from "./streams.ts";
import { armsOf } from "./union-names.ts";

export interface Request {
  readonly parameters: readonly Parameter[];
  readonly shape: Method["requestShape"];
  /** Id of the request document, or of each message of a request stream. */
  readonly structure: string;
  readonly isStream: boolean;
}

interface Declared {
  readonly name: string;
  readonly declaration: ts.ParameterDeclaration | undefined;
  readonly type: ts.Type;
  /** The type as written, where it is the parameter's own and not that of a generic. */
  readonly node: ts.TypeNode | undefined;
  readonly optional: boolean;
}

/** @param site named as the request document */
export function readRequest(reading: Reading, signature: ts.Signature, site: Site): Request | undefined {
  if (hasThis(signature)) {
    reading.trouble(site, "this-parameter", { message: "what a method is called on does not travel" });
    return undefined;
  }
  const declared = signature.parameters.map((parameter) => declaredParameter(reading, parameter));
  const rest = declared.find(({ declaration }) => declaration?.dotDotDotToken !== undefined);
  if (rest !== undefined) {
    reading.trouble({ owner: site.owner, at: rest.declaration ?? site.at }, "rest-parameter", {
      message: `...${rest.name} has no fixed length`,
    });
    return undefined;
  }
  const stream = declared.find(({ type }) => armsOf(type).some((arm) => streamOf(reading, arm) !== undefined));
  if (stream !== undefined) return readStream(reading, declared, stream, site);
  const foreign = declared.find(({ type }) => otherStream(reading, type) !== undefined);
  if (foreign !== undefined) {
    const message = `${otherStream(reading, foreign.type)} is not how streams are written`;
    reading.trouble(siteOf(site, foreign), "other-stream", { message });
    return undefined;
  }
  const [only, second] = declared;
  if (only !== undefined && second === undefined && !only.optional && isDocumentType(reading, armsOf(only.type))) {
    const type = reading.readArms(armsOf(only.type), siteOf(site, only));
    if (type.kind !== "ref") return undefined;
    const parameter: Parameter = { name: plainName(only, "request"), optional: false, type, stream: false };
    return { parameters: [parameter], shape: "document", structure: type.id, isStream: false };
  }
  return readParameters(reading, declared, site);
}

/** A document keyed by the parameters' names. */
function readParameters(reading: Reading, declared: readonly Declared[], site: Site): Request | undefined {
  const unnamed = declared.find(({ declaration }) => declaration !== undefined && !ts.isIdentifier(declaration.name));
  if (unnamed !== undefined) {
    reading.trouble(siteOf(site, unnamed), "destructured-parameter", { message: "its name would be the key in the request" });
    return undefined;
  }
  const fields: Field[] = [];
  const draft = documentOf(reading, site, (owner) => {
    for (const { name, type, node, optional, declaration } of declared) {
      const comment = reading.docs.of(declaration === undefined ? [] : [declaration]);
      const field = readField(reading, owner, { name, type, optional, node, declaration: declaration ?? site.at, comment });
      if (field === undefined) continue;
      // `undefined` may always be given for a parameter that may be left out; there is no other way to.
      const { orUndefined, ...parameter } = field;
      fields.push(parameter);
    }
    return fields;
  });
  const parameters = fields.map(({ name, optional, type }): Parameter => ({ name, optional, type, stream: false }));
  return { parameters, shape: "parameters", structure: draft.id, isStream: false };
}

function readStream(reading: Reading, declared: readonly Declared[], stream: Declared, site: Site): Request | undefined {
  const place = siteOf(site, stream);
  const item = streamOf(reading, stream.type);
  if (declared.length > 1 || stream.optional || item === undefined) {
    const message = declared.length > 1 ? "a stream is the only parameter" : "a stream is always there; it may be empty";
    const remedy = declared.length > 1 ? undefined : "write `AsyncIterable<T>` alone, without `?`";
    reading.trouble(place, "stream-beside-parameters", { message, remedy });
    return undefined;
  }
  const node = reading.written.argument(reading.written.of(stream.type, stream.node).node, 0);
  const itemSite: Site = { ...place, node, at: node ?? place.at, type: item };
  const arms = armsOf(item);
  const name = plainName(stream, "requests");
  if (isDocumentType(reading, arms)) {
    const type = reading.readArms(arms, itemSite);
    if (type.kind !== "ref") return undefined;
    return { parameters: [{ name, optional: false, type, stream: true }], shape: "document", structure: type.id, isStream: true };
  }
  const { draft, type } = wrapped(reading, arms, itemSite);
  return { parameters: [{ name, optional: false, type, stream: true }], shape: "item", structure: draft.id, isStream: true };
}

function declaredParameter(reading: Reading, parameter: ts.Symbol): Declared {
  const { checker } = reading;
  const found = parameter.valueDeclaration;
  const declaration = found !== undefined && ts.isParameter(found) ? found : undefined;
  const type = checker.getTypeOfSymbol(parameter);
  const arms = armsOf(type).filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
  // Of nothing but undefined it is no parameter that could be left out, but trouble.
  const optional = arms.length > 0 && (declaration?.questionToken !== undefined || arms.length < armsOf(type).length);
  const node = declaration?.type;
  const fits =
    node !== undefined && (!(parameter.flags & ts.SymbolFlags.Transient) || checker.getTypeFromTypeNode(node) === type);
  return { name: parameter.name, declaration, type, node: fits ? node : undefined, optional };
}

function siteOf(site: Site, { declaration, node, type, name }: Declared): Site {
  const at = node ?? (declaration === undefined ? site.at : nameNode(declaration));
  return { ...site, node, at, type, hint: site.hint === "" ? hintOf(name) : site.hint };
}

function plainName({ name, declaration }: Declared, otherwise: string): string {
  return declaration !== undefined && !ts.isIdentifier(declaration.name) ? otherwise : name;
}

function hasThis(signature: ts.Signature): boolean {
  const [first] = signature.declaration?.parameters ?? [];
  return first !== undefined && ts.isParameter(first) && ts.isIdentifier(first.name) && first.name.text === "this";
}
