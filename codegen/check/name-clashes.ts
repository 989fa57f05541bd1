/** Two of one name: exports of a package under one full name, and emitted declarations of one module. */

import type { Diagnostic } from "../model/diagnostic.ts";
import { faultNames, messageNames, serviceNames } from "../model/emitted-names.ts";
import type { Place, SchemaFile, SchemaModel } from "../model/schema-model.ts";
import { type DiagnosticName, diagnosticRows } from "./diagnostic-codes.ts";

/** What generated modules call their own. */
const internalPrefix = "$";

interface Named {
  readonly name: string;
  /** What brings the name along: `the service Orders`. */
  readonly from: string;
  readonly place: Place;
}

export function nameClashes(model: SchemaModel): Diagnostic[] {
  return [...fullNameClashes(model), ...model.files.flatMap((file) => [...moduleClashes(file), ...internalNames(file)])];
}

function fullNameClashes({ files }: SchemaModel): Diagnostic[] {
  const packages = new Map<string, Map<string, { named: Named; path: string }>>();
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const known = packages.get(file.packageName) ?? new Map<string, { named: Named; path: string }>();
    packages.set(file.packageName, known);
    for (const named of exportsOf(file)) {
      const other = known.get(named.name);
      if (other === undefined) known.set(named.name, { named, path: file.path });
      else if (other.path !== file.path) {
        const full = [file.packageName, named.name].filter((part) => part !== "").join(".");
        diagnostics.push(clash("duplicate-name", named, other.named, `${full} is exported by two files`));
      }
    }
  }
  return diagnostics;
}

function moduleClashes(file: SchemaFile): Diagnostic[] {
  const known = new Map<string, Named>();
  const diagnostics: Diagnostic[] = [];
  for (const named of [...exportsPassedOn(file), ...emittedOf(file)]) {
    const other = known.get(named.name);
    if (other === undefined) known.set(named.name, named);
    else diagnostics.push(clash("name-clash", named, other, `${named.name} is emitted for ${named.from} and for ${other.from}`));
  }
  return diagnostics;
}

function internalNames(file: SchemaFile): Diagnostic[] {
  return exportsOf(file)
    .filter(({ name }) => name.startsWith(internalPrefix))
    .map(({ name, place }) => ({
      code: diagnosticRows["internal-prefix"].code,
      typeText: name,
      severity: "error",
      place,
      message: `${name} begins with ${internalPrefix}, which generated code keeps for itself`,
      remedy: diagnosticRows["internal-prefix"].remedy,
    }));
}

function clash(name: DiagnosticName, named: Named, other: Named, message: string): Diagnostic {
  const { code, remedy } = diagnosticRows[name];
  return { code, severity: "error", place: named.place, typeText: named.name, message, remedy, other: other.place };
}

/** Every exported name of a file that has a full name. */
function exportsOf(file: SchemaFile): Named[] {
  return [
    ...file.services.map(({ name, place }) => ({ name, place, from: `the service ${name}` })),
    ...file.faults.map(({ name, place }) => ({ name, place, from: `the fault ${name}` })),
    ...exportsPassedOn(file),
  ];
}

function exportsPassedOn(file: SchemaFile): Named[] {
  return file.exports
    .filter(({ isHome }) => isHome !== false)
    .map(({ name, place }) => ({ name, place: place ?? fileStart(file), from: `the type ${name}` }));
}

function emittedOf(file: SchemaFile): Named[] {
  return [
    ...file.services.flatMap((service) => {
      return Object.values(serviceNames(service)).map((name) => ({
        name,
        place: service.place,
        from: `the service ${service.name}`,
      }));
    }),
    ...file.faults.flatMap((fault) => {
      return Object.values(faultNames(fault)).map((name) => ({ name, place: fault.place, from: `the fault ${fault.name}` }));
    }),
    ...file.messages.flatMap((message) => {
      return Object.values(messageNames(message)).map((name) => ({
        name,
        place: message.place,
        from: `the message ${message.name}`,
      }));
    }),
  ];
}

function fileStart(file: SchemaFile): Place {
  return { file: `${file.path}.ts`, line: 1, column: 1 };
}
