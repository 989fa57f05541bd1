/**
 * From what was read to the model: what reaches trouble is left out, trouble becomes diagnostics.
 *
 * Trouble that a service reaches is an error. Trouble that only messages reach is a warning, and those messages get no functions: the
 * rest of the folder can be generated.
 */

import { diagnosticRows } from "../check/index.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { SchemaFile, SchemaModel, Structure } from "../model/schema-model.ts";
import { DeclarationTexts } from "./declaration-texts.ts";
import type { Draft, Owner, Trouble } from "./owners.ts";
import type { ReadFile } from "./read-exports.ts";
import type { Reading } from "./reading.ts";
import { recursiveIds } from "./recursive-ids.ts";

export interface FinishedModel {
  readonly model: SchemaModel;
  readonly diagnostics: readonly Diagnostic[];
}

export function finishModel(reading: Reading, files: readonly ReadFile[]): FinishedModel {
  const { drafts } = reading.structures;
  const graph = new Graph(drafts);
  const services = files.flatMap((file) => file.services.map(({ owner }) => owner));
  const folders = files.map(({ owner }) => owner);
  const reached = graph.closure([...services, ...folders]);
  const others = files.flatMap((file) => [...file.faults, ...file.messages, ...file.exports].map(({ owner }) => owner));
  const diagnostics = [
    ...diagnosticsOf([...services, ...folders, ...reached], "error"),
    ...diagnosticsOf([...others, ...drafts.values()], "warning"),
  ];
  const broken = graph.whatReachesTrouble();
  const isSound = (owner: Owner): boolean => isClean(owner) && [...owner.references].every((id) => !broken.has(id));
  const passedOn = new Set(files.flatMap(({ file, exports }) => exports.map((one) => `${file.path}\n${one.passedOn.name}`)));
  const texts = new DeclarationTexts(reading, ({ file, name }) => passedOn.has(`${file}\n${name}`));
  const kept = files.map((file): SchemaFile => {
    const { path, packageName } = file.file;
    return {
      path,
      packageName,
      services: file.services.map(({ service }) => service),
      messages: file.messages.filter(({ owner }) => isSound(owner)).map(({ message }) => message),
      faults: file.faults.filter(({ owner }) => isSound(owner)).map(({ fault }) => fault),
      exports: file.exports.map(({ passedOn, symbol, owner }) => {
        const { type, ...untyped } = passedOn;
        if (passedOn.kind === "enum" || (type !== undefined && isSound(owner))) return passedOn;
        const text = texts.of(symbol);
        return text === undefined ? untyped : { ...untyped, text };
      }),
    };
  });
  const sound = others.filter(isSound);
  const structures = structuresOf(graph.closure([...services, ...sound]), recursiveIds(drafts));
  return { model: { files: kept, structures }, diagnostics };
}

/** Owners and what they refer to, directly or not. Walked with lists, not with calls: chains may be long. */
class Graph {
  readonly #drafts: ReadonlyMap<string, Draft>;

  constructor(drafts: ReadonlyMap<string, Draft>) {
    this.#drafts = drafts;
  }

  /** In the order in which they were first referred to. */
  closure(roots: readonly Owner[]): Set<Draft> {
    const ids = new Set<string>();
    const open = [...roots];
    for (let owner = open.pop(); owner !== undefined; owner = open.pop()) {
      for (const id of owner.references) {
        const draft = this.#drafts.get(id);
        if (draft === undefined || ids.has(id)) continue;
        ids.add(id);
        open.push(draft);
      }
    }
    return new Set([...this.#drafts.values()].filter(({ id }) => ids.has(id)));
  }

  whatReachesTrouble(): ReadonlySet<string> {
    const referrers = new Map<string, string[]>();
    for (const { id, references } of this.#drafts.values()) {
      for (const target of references) {
        const list = referrers.get(target);
        if (list === undefined) referrers.set(target, [id]);
        else list.push(id);
      }
    }
    const open = [...this.#drafts.values()].filter((draft) => !isClean(draft)).map(({ id }) => id);
    const found = new Set(open);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const referrer of referrers.get(id) ?? []) {
        if (found.has(referrer)) continue;
        found.add(referrer);
        open.push(referrer);
      }
    }
    return found;
  }
}

function isClean({ troubles, broken }: Owner): boolean {
  return !broken && troubles.every(({ severity }) => severity === "warning");
}

function structuresOf(drafts: ReadonlySet<Draft>, recursive: ReadonlySet<string>): Map<string, Structure> {
  const structures = new Map<string, Structure>();
  for (const { id, name, hint, declared, place, doc, type, reserved } of drafts) {
    if (type === undefined) continue;
    structures.set(id, {
      id,
      name,
      hint,
      place,
      type,
      recursive: recursive.has(id),
      ...(declared === undefined ? {} : { declared }),
      ...(doc === undefined ? {} : { doc }),
      ...(reserved === undefined || reserved.length === 0 ? {} : { reserved }),
    });
  }
  return structures;
}

function diagnosticsOf(owners: Iterable<Owner>, severity: Diagnostic["severity"]): Diagnostic[] {
  return [...owners].flatMap(({ troubles }) => troubles.map((trouble) => diagnosticOf(trouble, severity)));
}

export function diagnosticOf(trouble: Trouble, severity: Diagnostic["severity"]): Diagnostic {
  const { name, place, typeText, message, remedy, other } = trouble;
  const row = diagnosticRows[name];
  return {
    code: row.code,
    severity: trouble.severity ?? severity,
    place,
    typeText: typeText ?? place.file,
    message,
    remedy: remedy ?? row.remedy,
    ...(other === undefined ? {} : { other }),
  };
}
