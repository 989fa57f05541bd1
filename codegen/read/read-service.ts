/** Services: interfaces of methods. */

import { ts } from "ts-morph";
import type { Method, Service } from "../model/schema-model.ts";
import type { Exported } from "./exported-names.ts";
import { newOwner, type Owner } from "./owners.ts";
import { nameNode } from "./places.ts";
import { faultsOf } from "./read-fault.ts";
import { readMethod } from "./read-method.ts";
import type { Reading } from "./reading.ts";
import { checkTags } from "./rules.ts";
import { fullName } from "./structure-names.ts";
import { interfaceTags } from "./tag-names.ts";

export interface ReadService {
  readonly service: Service;
  readonly owner: Owner;
}

/** What an interface is by its members. */
export type Membership = "methods" | "data" | "both";

export function membershipOf({ checker, marks }: Reading, type: ts.Type): Membership {
  const members = checker.getPropertiesOfType(type).filter((property) => !marks.isMark(property));
  const methods = members.filter((property) => signaturesOf(checker, property).length > 0).length;
  const others = members.length - methods + checker.getIndexInfosOfType(type).length + callsOf(checker, type);
  if (methods === 0) return "data";
  return others === 0 ? "methods" : "both";
}

export function readService(reading: Reading, exported: Exported): ReadService {
  const { symbol, type, name, file, node } = exported;
  const owner = newOwner(nameNode(node));
  const { doc, tags } = reading.docs.of(symbol.declarations);
  const known = checkTags(reading, { owner, at: owner.at }, tags, interfaceTags);
  const reserved = known.filter((tag) => tag.name === "reserved").flatMap(({ value }) => value.split(/[\s,]+/));
  const thrown = reading.marks.marked(type, "throws");
  const faults = thrown === undefined ? [] : faultsOf(reading, thrown, { owner, at: owner.at });
  const service = fullName({ name, file: file.path });
  const methods: Method[] = [];
  for (const property of reading.order.of(type)) {
    if (reading.marks.isMark(property)) continue;
    const signatures = signaturesOf(reading.checker, property);
    const method = readMethod(reading, { property, signatures, service, owner, faults, reserved });
    if (method !== undefined) methods.push(method);
  }
  const place = reading.places.of(owner.at);
  const others = { ...(doc === undefined ? {} : { doc }), ...(reserved.length === 0 ? {} : { reserved }) };
  return { service: { name, fullName: service, place, methods, ...others }, owner };
}

function signaturesOf(checker: ts.TypeChecker, property: ts.Symbol): readonly ts.Signature[] {
  const declared = checker.getTypeOfSymbol(property);
  const type = declared.isUnion() ? checker.getNonNullableType(declared) : declared;
  return type.flags & ts.TypeFlags.Object ? checker.getSignaturesOfType(type, ts.SignatureKind.Call) : [];
}

function callsOf(checker: ts.TypeChecker, type: ts.Type): number {
  const calls = checker.getSignaturesOfType(type, ts.SignatureKind.Call);
  return calls.length + checker.getSignaturesOfType(type, ts.SignatureKind.Construct).length;
}
