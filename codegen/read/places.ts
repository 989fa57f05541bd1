/** Where things stand in the sources, and how they are written there. */

import { relative, sep } from "node:path";
import type { ts } from "ts-morph";
import type { Place } from "../model/schema-model.ts";

const maxTextLength = 200;

export class Places {
  readonly #root: string;
  readonly #files = new Map<string, string>();

  /** @param root absolute; all places are told relative to it, so they are the same on every machine */
  constructor(root: string) {
    this.#root = root;
  }

  of(node: ts.Node): Place {
    const source = node.getSourceFile();
    return this.at(source, node.getStart(source));
  }

  at(source: ts.SourceFile, position: number): Place {
    const { line, character } = source.getLineAndCharacterOfPosition(position);
    return { file: this.file(source.fileName), line: line + 1, column: character + 1 };
  }

  file(fileName: string): string {
    const known = this.#files.get(fileName);
    if (known !== undefined) return known;
    const file = relative(this.#root, fileName).split(sep).join("/");
    this.#files.set(fileName, file);
    return file;
  }
}

/** The name of a declaration, where it has one: a better place than its doc comment or its `export`. */
export function nameNode(declaration: ts.Node): ts.Node {
  return (declaration as Partial<ts.NamedDeclaration>).name ?? declaration;
}

/** Text that does a terminal no harm: control characters, those that turn the direction of text, and halves of characters are spelt out. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const spelt = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/gu;
  return text.replace(spelt, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A piece of source on one line, cut to a length that fits a message. */
export function shortText(text: string): string {
  const line = text
    .slice(0, 4 * maxTextLength)
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= maxTextLength ? line : `${line.slice(0, maxTextLength - 3)}...`;
}
