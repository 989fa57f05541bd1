/**
 * The compiler's program over the schema files, kept warm between reads.
 *
 * Parsed files are kept as long as they do not change on disk; a new program over them costs milliseconds, since the compiler keeps
 * what it bound in the parsed file. Resolves `taut/schema` to the user's own where there is one, else to the copy carried here.
 */

import { readFileSync, statSync } from "node:fs";
import { ts } from "ts-morph";
import { carriedSchema, carriedSchemaFile } from "./carried-schema.ts";
import { isLibFile, libFolder, libNames, readLibFiles } from "./lib-files.ts";

/** Always these, whatever a tsconfig says. */
const fixedOptions: ts.CompilerOptions = {
  strict: true,
  // With it, `x?: T` and `x?: T | undefined` are two types.
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ESNext,
  lib: [...libNames],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  noEmit: true,
};

interface CachedFile {
  readonly version: string;
  readonly file: ts.SourceFile;
}

export class SchemaPrograms {
  readonly #root: string;
  readonly #libFiles = readLibFiles();
  #files = new Map<string, CachedFile>();
  #options = "";
  /** Where `taut/schema` led to. */
  #schemaFiles = new Set<string>([carriedSchemaFile]);

  constructor(root: string) {
    this.#root = root;
  }

  /** Files that changed although their time and size may not have. */
  forget(fileNames: readonly string[]): void {
    for (const fileName of fileNames) this.#files.delete(fileName.replaceAll("\\", "/"));
  }

  program(fileNames: readonly string[], tsconfig: ts.CompilerOptions): ts.Program {
    const options: ts.CompilerOptions = { types: [], ...tsconfig, ...fixedOptions };
    const text = JSON.stringify(options);
    if (text !== this.#options) this.#files = new Map();
    this.#options = text;
    this.#schemaFiles = new Set([carriedSchemaFile]);
    const fresh = new Map<string, CachedFile>();
    const program = ts.createProgram({ rootNames: fileNames, options, host: this.#host(options, fresh) });
    // What the program no longer has is not kept.
    this.#files = fresh;
    return program;
  }

  /** True for the declarations of `taut/schema`, wherever they were found. */
  isTautSchema(fileName: string): boolean {
    return this.#schemaFiles.has(fileName) || isInstalledSchema(fileName);
  }

  #host(options: ts.CompilerOptions, fresh: Map<string, CachedFile>): ts.CompilerHost {
    const cache = ts.createModuleResolutionCache(this.#root, (name) => name, options);
    const host: ts.CompilerHost = {
      getSourceFile: (fileName) => this.#sourceFile(fileName, fresh),
      getDefaultLibFileName: () => `${libFolder}/${libNames[0]}`,
      getDefaultLibLocation: () => libFolder,
      getCurrentDirectory: () => this.#root,
      getCanonicalFileName: (fileName) => (ts.sys.useCaseSensitiveFileNames ? fileName : fileName.toLowerCase()),
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      getNewLine: () => "\n",
      fileExists: (fileName) => isLibFile(fileName) || ts.sys.fileExists(fileName),
      readFile: (fileName) => ts.sys.readFile(fileName),
      directoryExists: (folder) => ts.sys.directoryExists(folder),
      getDirectories: (folder) => ts.sys.getDirectories(folder),
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
      writeFile: () => {},
      resolveModuleNameLiterals: (literals, containingFile) =>
        literals.map(({ text }) => {
          const { resolvedModule } = ts.resolveModuleName(text, containingFile, options, host, cache);
          return { resolvedModule: text === "taut/schema" ? this.#schemaModule(resolvedModule) : resolvedModule };
        }),
    };
    return host;
  }

  #schemaModule(found: ts.ResolvedModuleFull | undefined): ts.ResolvedModuleFull {
    // A module without types (an empty .js, with the declarations left out) says nothing either.
    if (found === undefined || !/\.[cm]?tsx?$/.test(found.resolvedFileName)) {
      return { resolvedFileName: carriedSchemaFile, extension: ts.Extension.Dts, isExternalLibraryImport: true };
    }
    this.#schemaFiles.add(found.resolvedFileName);
    return found;
  }

  #sourceFile(fileName: string, fresh: Map<string, CachedFile>): ts.SourceFile | undefined {
    const lib = this.#libFiles.get(fileName);
    if (lib !== undefined) return lib;
    const version = fileName === carriedSchemaFile ? "" : versionOf(fileName);
    if (version === undefined) return undefined;
    const known = fresh.get(fileName) ?? this.#files.get(fileName);
    const current = known?.version === version ? known : { version, file: parse(fileName) };
    fresh.set(fileName, current);
    return current.file;
  }
}

function versionOf(fileName: string): string | undefined {
  const stats = statSync(fileName, { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() === true ? `${stats.mtimeNs} ${stats.size} ${stats.ino}` : undefined;
}

function parse(fileName: string): ts.SourceFile {
  const text = fileName === carriedSchemaFile ? carriedSchema : readFileSync(fileName, "utf8").replace(/^\ufeff/, "");
  const options: ts.CreateSourceFileOptions = {
    languageVersion: ts.ScriptTarget.ESNext,
    // Doc comments are read from the text, by our own rules.
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    setExternalModuleIndicator: forceModule,
  };
  return ts.createSourceFile(fileName, text, options, false);
}

/** A schema is a module, with or without exports. Declarations that are none by themselves are global. */
function forceModule(file: ts.SourceFile): void {
  const marked = file as { externalModuleIndicator?: ts.Node | true | undefined };
  const statement = file.statements.find(isModuleStatement);
  if (statement !== undefined) marked.externalModuleIndicator = statement;
  else if (!file.isDeclarationFile) marked.externalModuleIndicator = true;
}

function isModuleStatement(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) return true;
  if (ts.isImportEqualsDeclaration(statement)) return ts.isExternalModuleReference(statement.moduleReference);
  return (
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  );
}

/** `schema.d.ts` of an installed `taut` that was reached another way than by its name. */
function isInstalledSchema(fileName: string): boolean {
  if (!fileName.endsWith("/schema.d.ts")) return false;
  const folder = fileName.slice(0, -"/schema.d.ts".length);
  return ts.sys.fileExists(`${folder}/package.json`) && packageName(`${folder}/package.json`) === "taut";
}

function packageName(file: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? (value as { name?: unknown }).name : undefined;
  } catch {
    return undefined;
  }
}
