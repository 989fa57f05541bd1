/**
 * Puts one module together: what users read first comes first, codecs and descriptions stand at the end.
 *
 * The order below the imports is also the order in which the module loads: codecs before the faults' descriptions, those before the
 * services', those before the tables of methods. Classes and functions above refer to them only when they are called.
 */

import { declaredNames, faultNames } from "../model/emitted-names.ts";
import type { DeclaredName, Fault, SchemaFile, SchemaModel } from "../model/schema-model.ts";
import { clientClass, methodTable } from "./client-class.ts";
import { type EmittedCodecs, emitCodecs } from "./codec/index.ts";
import { faultClass, faultData, faultDescription } from "./fault-class.ts";
import { handlerInterface } from "./handler-interface.ts";
import { headerLine } from "./header.ts";
import { messageFunctions } from "./message-functions.ts";
import type { Language, ModuleContext } from "./module-context.ts";
import { ModuleScope } from "./module-scope.ts";
import { declarations, enumObjects, reExports } from "./passed-on.ts";
import { serviceDescription } from "./service-description.ts";
import { type ImportExtension, relativeSpecifier } from "./specifiers.ts";
import { TypeTexts } from "./type-text.ts";

export interface ModuleOptions {
  readonly model: SchemaModel;
  readonly file: SchemaFile;
  readonly language: Language;
  readonly importExtension: ImportExtension;
  /** Posix path from the output folder to the schema root: `../schemas`. */
  readonly schemaRoot: string;
  /** Every fault of the model by its full name, with the file that declares it. */
  readonly faults: ReadonlyMap<string, { readonly fault: Fault; readonly file: string }>;
}

/** The text of one module. The same for the same model and options. */
export function moduleText(options: ModuleOptions): string {
  const { file, language } = options;
  const module = new ModuleBuilder(options);
  const { context } = module;
  const sections: string[] = [];
  if (language === "ts" && file.exports.length > 0) sections.push(reExports(file.exports, module.schemaSource(file.path)));
  if (language === "js") sections.push(enumObjects(context));
  if (language === "dts") sections.push(declarations(context));
  for (const service of file.services) {
    if (language !== "js") sections.push(handlerInterface(context, service));
    sections.push(clientClass(context, service));
  }
  for (const fault of file.faults) {
    if (language !== "js") sections.push(faultData(context, fault));
    sections.push(faultClass(context, fault));
  }
  for (const message of file.messages) sections.push(messageFunctions(context, message));
  if (language === "dts") {
    for (const service of file.services) sections.push(serviceDescription(context, service));
  } else {
    sections.push(...module.internals());
  }
  sections.push(context.types.aliasLines().join(""), ...context.scope.renamedExportLines());
  if (file.exports.length + file.services.length + file.faults.length + file.messages.length === 0) sections.push("export {};\n");
  const texts = [headerLine(`${file.path}.ts`), context.scope.importLines().join(""), ...sections];
  return `${texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .join("\n\n")}\n`;
}

/** Answers what the emitters ask for while they write, and remembers what has to be declared because of it. */
class ModuleBuilder {
  readonly context: ModuleContext;
  readonly #options: ModuleOptions;
  readonly #codecs: EmittedCodecs | undefined;
  readonly #internalNames = new Map<string, string>();
  /** Descriptions that services of this module refer to, by the fault's full name. */
  readonly #faultDescriptions = new Map<string, string>();

  constructor(options: ModuleOptions) {
    this.#options = options;
    const { model, file, language } = options;
    const source = language === "ts" ? this.schemaSource(file.path) : "";
    const scope = new ModuleScope(
      language === "ts" ? declaredNames(file) : [...declaredNames(file), ...file.exports.map(({ name }) => name)],
      language === "ts" ? file.exports.map(({ name }) => [name, source] as const) : [],
      language === "js" ? ["value"] : language === "dts" ? ["type"] : ["type", "value"],
    );
    const faultsByStructure = new Map([...options.faults.values()].map(({ fault }) => [fault.structure, fault]));
    const types = new TypeTexts({
      model,
      scope,
      sourceOf: (declared) => this.#sourceOf(declared),
      faultData: (id) => {
        const fault = faultsByStructure.get(id);
        return fault === undefined ? undefined : this.context.faultData(fault);
      },
    });
    this.context = {
      model,
      file,
      language,
      scope,
      types,
      internal: (hint) => this.#internal(hint),
      codec: (id) => this.#codecName(id),
      fault: (fullName) => this.#fault(fullName).fault,
      faultClass: (fault, kind) => this.#faultName(fault, faultNames(fault).error, kind),
      faultData: (fault) => this.#faultName(fault, faultNames(fault).data, "type"),
      faultDescription: (fault) => this.#faultDescription(fault),
    };
    this.#codecs =
      language === "dts"
        ? undefined
        : emitCodecs({ model, roots: this.#roots(), scope, typeOf: (id) => types.structure(id), format: language });
  }

  /** What loads: codecs, descriptions of faults and services, tables of methods. */
  internals(): string[] {
    const { file } = this.#options;
    const descriptions = file.services.map((service) => [
      serviceDescription(this.context, service),
      methodTable(this.context, service),
    ]);
    const faults = [...this.#faultDescriptions].map(([fullName, local]) =>
      faultDescription(this.context, this.#fault(fullName).fault, local),
    );
    return [this.#codecs?.text ?? "", ...faults, ...descriptions.flat()];
  }

  schemaSource(path: string): string {
    const { file, importExtension, schemaRoot } = this.#options;
    return relativeSpecifier(file.path, `${schemaRoot}/${path}`, importExtension);
  }

  #moduleSource(path: string): string {
    const { file, importExtension, language } = this.#options;
    // A declaration file names its neighbours as their JavaScript is called.
    return relativeSpecifier(file.path, path, language === "ts" || importExtension === "none" ? importExtension : "js");
  }

  /** Structures that need a codec: of messages, of requests and responses, of the faults declared or answered here. */
  #roots(): string[] {
    const { file } = this.#options;
    const methods = file.services.flatMap((service) => service.methods);
    const faults = methods.flatMap((method) => method.faults.map((fullName) => this.#fault(fullName).fault));
    return [
      ...new Set([
        ...file.messages.map(({ structure }) => structure),
        ...methods.flatMap(({ request, response }) => [request, response]),
        ...faults.map(({ structure }) => structure),
      ]),
    ];
  }

  #sourceOf(declared: DeclaredName): string | undefined {
    const { file, language } = this.#options;
    if (language === "js") throw new Error(`the type ${declared.name} is asked for where there are none`);
    if (language === "ts") return this.schemaSource(declared.file);
    return declared.file === file.path ? undefined : this.#moduleSource(declared.file);
  }

  #internal(hint: string): string {
    const known = this.#internalNames.get(hint);
    if (known !== undefined) return known;
    const name = this.context.scope.declare(hint);
    this.#internalNames.set(hint, name);
    return name;
  }

  #codecName(id: string): string {
    if (this.#codecs === undefined) throw new Error("a declaration file has no codecs");
    return this.#codecs.nameOf(id);
  }

  #fault(fullName: string): { readonly fault: Fault; readonly file: string } {
    const found = this.#options.faults.get(fullName);
    if (found === undefined) throw new Error(`the model has no fault ${fullName}`);
    return found;
  }

  #faultName(fault: Fault, name: string, kind: "type" | "value"): string {
    const { scope } = this.context;
    const { file } = this.#fault(fault.fullName);
    if (file === this.#options.file.path) return scope.exportedLocal(name);
    return scope.import(this.#moduleSource(file), name, kind);
  }

  #faultDescription(fault: Fault): string {
    const known = this.#faultDescriptions.get(fault.fullName);
    if (known !== undefined) return known;
    const local = this.context.scope.declare(`${fault.name}Fault`);
    this.#faultDescriptions.set(fault.fullName, local);
    return local;
  }
}
