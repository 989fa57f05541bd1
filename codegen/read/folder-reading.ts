/** One read of a schema folder: the parts of the reader, joined, and what they found. */

import { ts } from "ts-morph";
import type { DiagnosticName } from "../check/index.ts";
import type { Type } from "../model/schema-model.ts";
import { CanonicalTypes } from "./canonical-types.ts";
import type { DocComments } from "./doc-comments.ts";
import { ExportedNames, type SourceOfSchema } from "./exported-names.ts";
import { InfiniteTypes } from "./infinite-types.ts";
import { KnownClasses } from "./known-classes.ts";
import { Marks } from "./marks.ts";
import type { Draft } from "./owners.ts";
import { type Places, shortText } from "./places.ts";
import { PropertyOrder } from "./property-order.ts";
import { readDocument } from "./read-document.ts";
import { findTag, readTagged } from "./read-tagged.ts";
import { type Reading, type Site, schemaNode, type TroubleDetail, type TroubleSite, unreadable } from "./reading.ts";
import { checkTags } from "./rules.ts";
import { structureName } from "./structure-names.ts";
import { Structures } from "./structures.ts";
import { aliasTags, interfaceTags } from "./tag-names.ts";
import { TypeReader } from "./type-reader.ts";
import { UnionNames } from "./union-names.ts";
import { WrittenTypes } from "./written-type.ts";

/** Intersections of unions multiply; nobody writes so many arms by hand. */
const maxArms = 10_000;

export interface FolderReadingOptions {
  readonly program: ts.Program;
  readonly files: readonly SourceOfSchema[];
  readonly places: Places;
  readonly docs: DocComments;
  readonly isTautSchema: (fileName: string) => boolean;
}

export class FolderReading implements Reading {
  readonly checker: ts.TypeChecker;
  readonly places: Places;
  readonly docs: DocComments;
  readonly marks: Marks;
  readonly classes = new KnownClasses();
  readonly names: ExportedNames;
  readonly written: WrittenTypes;
  readonly order: PropertyOrder;
  readonly structures = new Structures();
  readonly documents = new Map<ts.Type, boolean>();
  readonly #packages: ReadonlyMap<string, string>;
  readonly #canonical: CanonicalTypes;
  readonly #unions: UnionNames;
  readonly #infinite: InfiniteTypes;
  readonly #types: TypeReader;
  #tasks: (() => void)[] = [];

  constructor({ program, files, places, docs, isTautSchema }: FolderReadingOptions) {
    this.checker = program.getTypeChecker();
    this.places = places;
    this.docs = docs;
    this.marks = new Marks(this.checker, isTautSchema);
    this.#canonical = new CanonicalTypes(this.checker);
    this.names = new ExportedNames(this.checker, this.#canonical, files);
    this.#unions = new UnionNames(this.#canonical);
    this.order = new PropertyOrder(this.checker);
    this.written = new WrittenTypes(this.checker, this.marks);
    this.#packages = new Map(files.map(({ fileName, packageName }) => [fileName, packageName]));
    this.#infinite = new InfiniteTypes(this.checker);
    this.#types = new TypeReader(this, this.#unions);
    for (const { type } of this.names.all) this.#unions.add(type);
  }

  packageOf(fileName: string): string | undefined {
    return this.#packages.get(fileName);
  }

  read(type: ts.Type, site: Site): Type {
    return this.#types.read(type, site);
  }

  isFull(): boolean {
    return this.#types.isFull();
  }

  readArms(arms: readonly ts.Type[], site: Site): Type {
    return this.#types.readArms(arms, site);
  }

  document(written: ts.Type, site: Site): Type {
    const type = this.#canonical.of(written);
    const known = this.structures.known(type, site.owner);
    if (known !== undefined) return { kind: "ref", id: known.id };
    if (this.#infinite.isInfinite(type)) {
      this.trouble(site, "infinite-type", { message: "it contains itself with ever new arguments" });
      return unreadable;
    }
    const name = structureName(this, type, site);
    const reserved = name.tags.filter((tag) => tag.name === "reserved").flatMap(({ value }) => value.split(/[\s,]+/));
    const build = (draft: Draft): NonNullable<Draft["type"]> => {
      const isInterface = ts.isInterfaceDeclaration(name.node);
      checkTags(this, { owner: draft, at: name.node }, name.tags, isInterface ? interfaceTags : aliasTags);
      return readDocument(this, type, draft);
    };
    const at = schemaNode(this, site);
    const draft = this.structures.add(type, site.owner, { ...name, kind: "document", reserved, at, build });
    return { kind: "ref", id: draft.id };
  }

  tagged(arms: readonly ts.Type[], site: Site): Type {
    const key = `tagged ${this.#unions.key(arms)}`;
    const known = this.structures.known(key, site.owner);
    if (known !== undefined) return { kind: "ref", id: known.id };
    if (arms.length > maxArms) {
      this.trouble(site, "too-large", { message: `it has ${arms.length} arms`, remedy: `write at most ${maxArms} arms` });
      return unreadable;
    }
    const found = findTag(this, arms, site);
    if (found === undefined) return unreadable;
    const whole = this.#unions.find(arms);
    const unnamed = { name: site.name, hint: site.hint, place: this.places.of(site.node ?? site.at) };
    const name = whole === undefined ? unnamed : structureName(this, whole, site);
    const build = (draft: Draft): NonNullable<Draft["type"]> => {
      return readTagged(this, found, { ...site, name: draft.name, hint: draft.hint, owner: draft, depth: 0 });
    };
    const draft = this.structures.add(key, site.owner, { ...name, kind: "tagged", at: schemaNode(this, site), build });
    return { kind: "ref", id: draft.id };
  }

  trouble(site: TroubleSite, name: DiagnosticName, detail: TroubleDetail): void {
    const node = detail.at ?? site.node ?? site.at;
    const isSchema = this.packageOf(node.getSourceFile().fileName) !== undefined;
    const { file, line, column } = this.places.of(node);
    site.owner.troubles.push({
      name,
      place: detail.place ?? this.places.of(isSchema ? node : site.owner.at),
      message: isSchema ? detail.message : `${detail.message} (at ${file}:${line}:${column})`,
      typeText: shortText(detail.typeText ?? this.#typeText(site) ?? declarationText(node)),
      remedy: detail.remedy,
      ...(detail.severity === undefined ? {} : { severity: detail.severity }),
    });
  }

  later(task: () => void): void {
    this.#tasks.push(task);
  }

  /** Reads everything that was referred to; then what had to wait for it. */
  finish(): void {
    this.structures.readAll();
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) task();
  }

  #typeText({ node, type }: TroubleSite): string | undefined {
    return node?.getText() ?? (type === undefined ? undefined : this.checker.typeToString(type));
  }
}

/** Of the name of a method or a property all that is declared. */
function declarationText(node: ts.Node): string {
  const declaration = ts.isPropertyName(node) && !ts.isSourceFile(node.parent) ? node.parent : node;
  return declaration.getText().replace(/[;,]$/, "");
}
