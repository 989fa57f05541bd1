/** Sorts the exports of the schema files into services, faults, messages and what is only passed on. */

import { ts } from "ts-morph";
import type { Fault, Message, PassedOn, Service, Type } from "../model/schema-model.ts";
import type { Exported, SourceOfSchema } from "./exported-names.ts";
import { newOwner, type Owner } from "./owners.ts";
import { nameNode } from "./places.ts";
import { isFault, readFault } from "./read-fault.ts";
import { membershipOf, readService } from "./read-service.ts";
import { hintOf, type Reading, type Site } from "./reading.ts";
import { applyTags, checkTags } from "./rules.ts";
import { fullName } from "./structure-names.ts";
import { aliasTags } from "./tag-names.ts";

interface ReadExport {
  readonly passedOn: PassedOn;
  /** What is exported, to be printed as it is written if the model cannot say it. */
  readonly symbol: ts.Symbol;
  readonly owner: Owner;
}

/** A file as it was read; what cannot be kept is taken out once everything is known. */
export interface ReadFile {
  readonly file: SourceOfSchema;
  readonly services: { readonly service: Service; readonly owner: Owner }[];
  readonly faults: { readonly fault: Fault; readonly owner: Owner }[];
  readonly messages: { readonly message: Message; readonly owner: Owner }[];
  readonly exports: ReadExport[];
  /** Troubles that no structure has: errors whoever reaches them. */
  readonly owner: Owner;
}

export function readExports(reading: Reading, files: readonly SourceOfSchema[]): ReadFile[] {
  const read = new Map<string, ReadFile>();
  for (const file of files) {
    read.set(file.path, { file, services: [], faults: [], messages: [], exports: [], owner: newOwner(file.source) });
  }
  for (const node of reading.names.defaults) {
    const owner = read.get(pathOf(files, node))?.owner;
    if (owner !== undefined) reading.trouble({ owner, at: node }, "default-export", { message: "a default export has no name" });
  }
  for (const exported of reading.names.all) {
    const file = read.get(exported.file.path);
    if (file !== undefined) readExport(reading, exported, file);
  }
  return [...read.values()];
}

function pathOf(files: readonly SourceOfSchema[], node: ts.Node): string {
  const { fileName } = node.getSourceFile();
  return files.find((file) => file.fileName === fileName)?.path ?? "";
}

function readExport(reading: Reading, exported: Exported, file: ReadFile): void {
  const { kind, type, typeParameters, name } = exported;
  if (kind === "enum") return readEnum(reading, exported, file);
  if (typeParameters > 0) {
    file.exports.push({
      passedOn: { name, kind: "type", typeParameters, ...factsOf(reading, exported) },
      symbol: exported.symbol,
      owner: newOwner(exported.node),
    });
    return;
  }
  const members = kind === "interface" ? membershipOf(reading, type) : "data";
  if (members !== "data") {
    // A service has one home; whoever passes it on passes a type that nobody implements.
    if (!exported.own) return;
    if (members === "methods") file.services.push(readService(reading, exported));
    else reportMixed(reading, exported, file.owner);
    return;
  }
  if (isFault(reading, type) && !type.isUnion()) {
    if (isOwnName(reading, exported)) file.faults.push(readFault(reading, exported));
    return;
  }
  readType(reading, exported, file);
}

/** An interface or alias that is none of the above: a message if it is of document type; passed on in any case. */
function readType(reading: Reading, exported: Exported, file: ReadFile): void {
  const { name, type, symbol, node } = exported;
  const owner = newOwner(nameNode(node));
  const declaration = symbol.declarations?.find(ts.isTypeAliasDeclaration);
  if (declaration !== undefined && isAliasOfMethods(reading, type)) {
    reading.trouble({ owner, at: nameNode(node), type }, "service-alias", { message: "a service is an interface" });
    const passedOn: PassedOn = { name, kind: "type", typeParameters: 0, ...factsOf(reading, exported) };
    return void file.exports.push({ passedOn, symbol, owner });
  }
  const path = fullName({ name, file: file.file.path });
  const site: Site = { node: declaration?.type, at: nameNode(node), name: path, hint: hintOf(name), owner, depth: 0, type };
  const isFaults = type.isUnion() && type.types.every((arm) => isFault(reading, arm));
  const read = isFaults ? undefined : tagged(reading, exported, site);
  const passed: PassedOn = { name, kind: "type", typeParameters: 0, ...factsOf(reading, exported) };
  file.exports.push({ passedOn: read === undefined ? passed : { ...passed, type: read }, symbol, owner });
  if (read?.kind !== "ref" || reading.structures.get(read.id).kind === "alias") return;
  // What is passed on under the name that it has anyway has its functions at home.
  if (!exported.own && isHomeElsewhere(reading, exported, path)) return;
  const place = reading.places.of(nameNode(node));
  file.messages.push({ message: { name, fullName: path, place, structure: read.id, ...docOf(reading, exported) }, owner });
}

/** The type with the tags of its alias, which a plain type has lost. */
function tagged(reading: Reading, exported: Exported, site: Site): Type {
  const read = reading.read(exported.type, site);
  if (exported.kind === "interface") return read;
  const tags = checkTags(reading, site, reading.docs.of(exported.symbol.declarations).tags, aliasTags);
  return applyTags(reading, site, { type: read, tags });
}

function docOf(reading: Reading, { symbol }: Exported): Pick<PassedOn, "doc"> {
  const { doc } = reading.docs.of(symbol.declarations);
  return doc === undefined ? {} : { doc };
}

/** What every name that is passed on has. */
function factsOf(reading: Reading, exported: Exported): Pick<PassedOn, "doc" | "place" | "isHome"> {
  const { node, name, file } = exported;
  const isElsewhere = !exported.own && isHomeElsewhere(reading, exported, fullName({ name, file: file.path }));
  return { ...docOf(reading, exported), place: reading.places.of(nameNode(node)), ...(isElsewhere ? { isHome: false } : {}) };
}

/** True for the name that a type is known by everywhere. */
function isOwnName(reading: Reading, { type, name, file }: Exported): boolean {
  const declared = reading.names.ofType(type);
  return declared?.name === name && declared.file === file.path;
}

function isHomeElsewhere(reading: Reading, { symbol }: Exported, path: string): boolean {
  const home = reading.names.ofExport(symbol);
  return home !== undefined && fullName(home) === path;
}

function isAliasOfMethods(reading: Reading, type: ts.Type): boolean {
  const parts = type.isIntersection() ? type.types : [type];
  const isObject = parts.every(({ flags }) => (flags & ts.TypeFlags.Object) !== 0);
  const symbol = type.symbol as ts.Symbol | undefined;
  const isPlain = reading.classes.platformName(symbol) === undefined && ((symbol?.flags ?? 0) & ts.SymbolFlags.Class) === 0;
  return isObject && isPlain && membershipOf(reading, type) === "methods";
}

function reportMixed(reading: Reading, { type, node }: Exported, owner: Owner): void {
  const { checker } = reading;
  const isMethod = (property: ts.Symbol) => checker.getTypeOfSymbol(property).getCallSignatures().length > 0;
  const properties = checker.getPropertiesOfType(type).filter((property) => !reading.marks.isMark(property));
  const method = properties.find(isMethod)?.name;
  const data = properties.find((property) => !isMethod(property))?.name ?? "a signature without a name";
  const message = `${JSON.stringify(method)} is a method, ${JSON.stringify(data)} is not`;
  reading.trouble({ owner, at: nameNode(node), type }, "mixed-members", { message });
}

function readEnum(reading: Reading, exported: Exported, file: ReadFile): void {
  const { name, node, symbol, type, isValue } = exported;
  const owner = newOwner(nameNode(node));
  const members: { name: string; value: string | number }[] = [];
  for (const declaration of symbol.declarations ?? []) {
    if (!ts.isEnumDeclaration(declaration)) continue;
    for (const member of declaration.members) {
      const value = reading.checker.getConstantValue(member);
      if (value !== undefined) members.push({ name: memberName(member), value });
    }
  }
  // Reports members without a value.
  reading.read(type, { at: nameNode(node), name, hint: name, owner, depth: 0, type });
  file.exports.push({
    passedOn: {
      name,
      kind: "enum",
      typeParameters: 0,
      members,
      ...(isValue ? {} : { isTypeOnly: true }),
      ...factsOf(reading, exported),
    },
    symbol,
    owner,
  });
}

function memberName({ name }: ts.EnumMember): string {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNoSubstitutionTemplateLiteral(name)
    ? name.text
    : name.getText();
}
