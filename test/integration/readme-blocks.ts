/** The fenced code blocks of a Markdown document. */

export interface CodeBlock {
  /** `sh`, `ts`, ... */
  readonly language: string;
  /** The path that the block's first line names in a comment: `// server.ts`. */
  readonly file?: string;
  /** Without that comment. */
  readonly text: string;
}

export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", body = ""]) => {
    const file = /^\/\/ (\S+\.\w+)\n/.exec(body)?.[1];
    return file === undefined ? { language, text: body } : { language, file, text: body.slice(body.indexOf("\n") + 1) };
  });
}
