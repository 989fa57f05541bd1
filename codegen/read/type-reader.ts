/**
 * Reads one type: tells its kind and hands it to the reader of that kind.
 *
 * What stands here is the order of the questions, and what every type has whatever its kind: an alias, tags, a bound on its size.
 */

import { ts } from "ts-morph";
import type { Type } from "../model/schema-model.ts";
import { missingGlobal } from "./missing-globals.ts";
import type { Draft } from "./owners.ts";
import { readIntersection } from "./read-intersection.ts";
import { readObject } from "./read-object.ts";
import { isJsonValue, readArms } from "./read-union.ts";
import { type Reading, type Site, schemaNode, unreadable } from "./reading.ts";
import { Recursion } from "./recursion.ts";
import { applyTags, checkTags } from "./rules.ts";
import { structureName } from "./structure-names.ts";
import { aliasTags, isRuleTag } from "./tag-names.ts";
import { armsOf, isRealUnion, type UnionNames } from "./union-names.ts";

/** Types without a name inside of each other. Named ones are read one by one. */
const maxInlineDepth = 100;
/** Types read for one owner: everything without a name is written out where it stands. */
const maxParts = 50_000;
/** Types read for one folder: thousands of interfaces that each inherit from thousands are millions of fields. */
const maxFolderParts = 300_000;

export class TypeReader {
  readonly #reading: Reading;
  readonly #unions: UnionNames;
  readonly #recursion: Recursion;
  #parts = 0;

  constructor(reading: Reading, unions: UnionNames) {
    this.#reading = reading;
    this.#unions = unions;
    this.#recursion = new Recursion(reading);
  }

  isFull(): boolean {
    return this.#parts > maxFolderParts;
  }

  read(type: ts.Type, site: Site): Type {
    const reading = this.#reading;
    const { owner } = site;
    owner.size += 1;
    this.#parts += 1;
    if (site.depth > maxInlineDepth) {
      return this.#refuse(site, "nested-too-deep", `more than ${maxInlineDepth} types without a name stand inside of each other`);
    }
    if (this.isFull()) {
      owner.broken = true;
      if (this.#parts > maxFolderParts + 1) return unreadable;
      const message = `the schemas have more than ${maxFolderParts} parts, inherited ones counted in each heir`;
      reading.trouble(site, "too-large", { message, remedy: "inherit less, or split the folder", severity: "error" });
      return unreadable;
    }
    if (owner.size > maxParts) {
      // Said once: everything behind the bound is in the same case.
      if (owner.size === maxParts + 1) this.#refuse(site, "too-large", `it has more than ${maxParts} parts without a name`);
      return unreadable;
    }
    if (isRealUnion(type) && type.aliasSymbol !== undefined) this.#unions.add(type);
    const { aliases, node } = reading.written.of(type, site.node);
    const inner: Site = { ...site, type, node: node ?? site.node };
    const comesBack = this.#recursion.comesBack(type) && !isJsonValue(reading, armsOf(type));
    const base = comesBack ? this.#recursive(type, inner) : this.#bare(type, inner);
    this.#reportLostTags(inner);
    const tags = aliases.flatMap((alias) => checkTags(reading, inner, reading.docs.of(alias.declarations).tags, aliasTags));
    return this.#named(applyTags(reading, inner, { type: base, tags }), aliases);
  }

  /** A union whose arms are these, or the one arm that is left. */
  readArms(arms: readonly ts.Type[], site: Site): Type {
    const [first] = arms;
    if (arms.length === 1 && first !== undefined) return this.read(first, site);
    if (site.node !== undefined && arms.length > 1) this.#unions.add(this.#reading.checker.getTypeFromTypeNode(site.node));
    const whole = this.#unions.find(arms);
    if (whole !== undefined) return this.read(whole, site);
    return readArms(this.#reading, arms, site);
  }

  /** `Page<Email>`: the compiler puts `string` in the place of the parameter, without the tags of Email. */
  #reportLostTags(site: Site): void {
    const { written, docs } = this.#reading;
    for (const { node, alias } of written.lostAliases(site.node)) {
      const tag = docs.of(alias.declarations).tags.find(({ name }) => isRuleTag(name) || name === "default");
      if (tag === undefined) continue;
      const message = `@${tag.name} of ${alias.name} does not reach into the generic`;
      this.#reading.trouble(site, "tag-lost", { message, at: node, typeText: node.getText(), severity: "warning" });
    }
  }

  /** A type that comes back to itself, as a reference to a structure. */
  #recursive(type: ts.Type, site: Site): Type {
    const { structures } = this.#reading;
    const known = structures.known(type, site.owner);
    if (known !== undefined) return { kind: "ref", id: known.id };
    const name = structureName(this.#reading, type, site);
    const build = (draft: Draft): NonNullable<Draft["type"]> => {
      const read = this.#bare(type, {
        node: site.node,
        at: name.node,
        name: draft.name,
        hint: draft.hint,
        owner: draft,
        depth: 0,
        type,
      });
      return read.kind === "ref" ? { kind: "value-union", arms: [read] } : read;
    };
    const { id } = structures.add(type, site.owner, { ...name, kind: "alias", at: schemaNode(this.#reading, site), build });
    return { kind: "ref", id };
  }

  #bare(type: ts.Type, site: Site): Type {
    const { flags } = type;
    if (flags & ts.TypeFlags.Any) return this.#any(type, site);
    if (flags & ts.TypeFlags.Unknown) return { kind: "unknown" };
    if (flags & ts.TypeFlags.String) return { kind: "string" };
    if (flags & ts.TypeFlags.Number) return { kind: "number" };
    if (flags & ts.TypeFlags.BigInt) return { kind: "int64" };
    if (flags & ts.TypeFlags.Boolean) return { kind: "boolean" };
    if (flags & ts.TypeFlags.Null) return { kind: "null" };
    if (flags & ts.TypeFlags.Union) return readArms(this.#reading, (type as ts.UnionType).types, site);
    if (flags & (ts.TypeFlags.Literal | ts.TypeFlags.Enum)) return readArms(this.#reading, [type], site);
    if (flags & ts.TypeFlags.Intersection) return readIntersection(this.#reading, type as ts.IntersectionType, site);
    if (flags & ts.TypeFlags.Object) return readObject(this.#reading, type as ts.ObjectType, site);
    return this.#refuseKind(type, site);
  }

  #any(type: ts.Type, site: Site): Type {
    // The compiler's own word for what it could not resolve; it has said so in a schema file, and nobody hears it in others.
    const { node } = site;
    const unresolved =
      isUnresolved(type) || (node !== undefined && isUnresolved(this.#reading.checker.getTypeFromTypeNode(node)));
    if (unresolved && !site.at.getSourceFile().isDeclarationFile) {
      site.owner.broken = true;
      const missing = node === undefined ? undefined : missingGlobal(node.getText());
      if (missing !== undefined) this.#reading.trouble(site, missing.name, missing);
      return unreadable;
    }
    return this.#refuse(site, "any-type", "`any` says nothing of what travels");
  }

  #refuseKind(type: ts.Type, site: Site): Type {
    const { flags } = type;
    if (flags & ts.TypeFlags.Never) return this.#refuse(site, "never-type", "there is no value of type never");
    if (flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined))
      return this.#refuse(site, "void-type", "there is nothing to write for undefined");
    if (flags & ts.TypeFlags.ESSymbolLike) return this.#refuse(site, "symbol-type", "a symbol exists in one process only");
    if (flags & ts.TypeFlags.NonPrimitive) return this.#refuse(site, "object-type", "`object` says nothing of the fields");
    if (flags & (ts.TypeFlags.TemplateLiteral | ts.TypeFlags.StringMapping))
      return this.#refuse(site, "template-literal", "a template literal type is a pattern");
    // `this` of an interface is the interface.
    const itself = flags & ts.TypeFlags.TypeParameter ? this.#reading.checker.getBaseConstraintOfType(type) : undefined;
    if ((type as { isThisType?: boolean }).isThisType === true && itself !== undefined) return this.#bare(itself, site);
    return this.#refuse(site, "any-type", "what travels depends on a type parameter");
  }

  #refuse(site: Site, name: Parameters<Reading["trouble"]>[1], message: string): Type {
    this.#reading.trouble(site, name, { message });
    return unreadable;
  }

  /** With the exported alias that it was written with. A structure has a name of its own. */
  #named(type: Type, aliases: readonly ts.Symbol[]): Type {
    if (type.kind === "ref" || (type.kind === "literals" && type.enumName !== undefined)) return type;
    const alias = aliases.map((symbol) => this.#reading.names.ofSymbol(symbol)).find((name) => name !== undefined);
    return alias === undefined ? type : { ...type, alias };
  }
}

function isUnresolved(type: ts.Type): boolean {
  return (type as { intrinsicName?: string }).intrinsicName === "error";
}
