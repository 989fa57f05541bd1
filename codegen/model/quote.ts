/** Texts of schemas as string literals. They are hostile input: what is printed of them goes through here. */

/**
 * A string literal that means exactly this text, on one line, in JavaScript, TypeScript and JSON alike. A dollar before a brace is
 * escaped: linters take it for a template that lost its quotes.
 */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]|\$(?=\{)/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
