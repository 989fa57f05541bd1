/** Emitted texts to files on disk. */

export { type CompareOptions, compareFolder, type Difference, type FileText } from "./compare-folder.ts";
export { ForeignFileError, writeFiles } from "./write-files.ts";
