/**
 * Builds the text of emitted functions: indentation, type annotations that the "js" format leaves out, and long lines broken the
 * way the formatter would. Knows nothing of codecs.
 */

import { quote } from "../../model/quote.ts";
import { lineWidth } from "../line-width.ts";

export class SourceText {
  #lines: string[] = [];
  readonly #types: boolean;
  #indent = "";

  constructor(format: "ts" | "js") {
    this.#types = format === "ts";
  }

  /** False where types are left out: nothing may be imported for them then. */
  get hasTypes(): boolean {
    return this.#types;
  }

  /** What stands behind a name as its type, or nothing. */
  type(annotation: string): string {
    return this.#types ? `: ${annotation}` : "";
  }

  /** What stands behind the name of a generic class that is made, or nothing. */
  typeArguments(list: string): string {
    return this.#types ? `<${list}>` : "";
  }

  /** `expression as type`, or the expression alone. */
  cast(expression: string, type: string): string {
    return this.#types ? `${expression} as ${type}` : expression;
  }

  line(text: string): void {
    this.#lines.push(text === "" ? "" : this.#indent + text);
  }

  /** Always a comment of one line: names in it cannot end it. */
  comment(text: string): void {
    this.line(`// ${harmless(text)}`);
  }

  /** `head { ... }`, its body indented. `tail` stands behind the brace. */
  block(head: string, body: () => void, tail = ""): void {
    this.line(`${head} {`);
    this.indented(body);
    this.line(`}${tail}`);
  }

  indented(body: () => void): void {
    const outer = this.#indent;
    this.#indent = `${outer}  `;
    body();
    this.#indent = outer;
  }

  /** `if (a || b) { ... }`. */
  when(conditions: readonly string[], operator: "||" | "&&", body: () => void): void {
    const head = `if (${conditions.join(` ${operator} `)}) {`;
    if (this.#fits(head)) {
      this.line(head);
    } else {
      this.line("if (");
      this.indented(() => {
        for (const condition of conditions.slice(0, -1)) this.line(`${condition} ${operator}`);
        this.line(conditions.at(-1) ?? "");
      });
      this.line(") {");
    }
    this.indented(body);
    this.line("}");
  }

  /** `try { ... } catch (error) { ... }`. */
  attempt(body: () => void, handler: () => void): void {
    this.line("try {");
    this.indented(body);
    this.line("} catch (error) {");
    this.indented(handler);
    this.line("}");
  }

  /** `if (condition) { ... } else { ... }`. */
  either(condition: string, then: () => void, otherwise: () => void): void {
    this.line(`if (${condition}) {`);
    this.indented(then);
    this.line("} else {");
    this.indented(otherwise);
    this.line("}");
  }

  /** `if (a || b) statement;`, on one line where it fits. Nothing without conditions. */
  guard(conditions: readonly string[], statement: string, operator: "||" | "&&" = "||"): void {
    if (conditions.length === 0) return;
    const line = `if (${conditions.join(` ${operator} `)}) ${statement}`;
    if (this.#fits(line)) this.line(line);
    else this.when(conditions, operator, () => this.line(statement));
  }

  /** `before(a, b, c)after`, the arguments on lines of their own where they do not fit one. */
  list(before: string, items: readonly string[], after: string): void {
    const line = `${before}(${items.join(", ")})${after}`;
    if (this.#fits(line)) {
      this.line(line);
      return;
    }
    this.line(`${before}(`);
    this.indented(() => {
      for (const item of items) this.line(`${item},`);
    });
    this.line(`)${after}`);
  }

  /** `function name(parameters): result { ... }` with an empty line before it. What the body does not use is marked so. */
  func(name: string, parameters: readonly (readonly [name: string, type: string])[], result: string, body: () => void): void {
    const lines = this.#lines;
    const inner: string[] = [];
    this.#lines = inner;
    this.indented(body);
    this.#lines = lines;
    // Not those of strings and comments.
    const code = inner.join("\n").replace(/"(?:[^"\\]|\\.)*"|\/\/.*/g, "");
    const words = new Set(code.match(/[\w$]+/g));
    const list = parameters.map(([parameter, type]) => (words.has(parameter) ? "" : "_") + parameter + this.type(type));
    this.line("");
    this.list(`function ${name}`, list, `${this.type(result)} {`);
    // One by one: the lines of a huge literal are more than a call takes as arguments.
    for (const line of inner) this.#lines.push(line);
    this.line("}");
  }

  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }

  #fits(text: string): boolean {
    return this.#indent.length + text.length <= lineWidth;
  }
}

/** A name or a text for a comment: quoted like a string where it holds anything odd. */
function harmless(text: string): string {
  const odd = /[^ -~]/.test(text);
  return odd ? quote(text).slice(1, -1) : text;
}

/** An integer as a 32-bit literal: bytes are easier to read in hexadecimal. */
export function wordLiteral(word: number): string {
  const signed = word | 0;
  return signed < 0 ? `-0x${(-signed).toString(16)}` : `0x${signed.toString(16)}`;
}

/** `o`, `o + 4`. */
export function plus(variable: string, constant: number): string {
  return constant === 0 ? variable : `${variable} + ${constant}`;
}

/** Name for an identifier's end: `order_item` -> `OrderItem`. What is no letter or digit is left out. */
export function capitalized(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
