/**
 * The compiler's own declarations of JavaScript (`Promise`, `Map`, `AsyncIterable`), parsed.
 *
 * Those that ts-morph carries, not the ones of a TypeScript that happens to be installed. No DOM: nothing of it is data.
 */

import { Project, type ts } from "ts-morph";

/** Where they seem to lie. */
export const libFolder = "/node_modules/typescript/lib";
export const libNames: readonly string[] = ["lib.esnext.d.ts"];

/** By file name. Parsing takes a tenth of a second: ask once. */
export function readLibFiles(): ReadonlyMap<string, ts.SourceFile> {
  const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { lib: [...libNames], types: [] } });
  project.createSourceFile("/empty.ts", "");
  const files = project.getProgram().compilerObject.getSourceFiles();
  return new Map(files.filter(({ fileName }) => isLibFile(fileName)).map((file) => [file.fileName, file]));
}

export function isLibFile(fileName: string): boolean {
  return fileName.startsWith(`${libFolder}/`);
}
