/**
 * Where the straight line of a reader stands: a variable `p` and a constant distance from it.
 *
 * Behind a string its final NUL is not looked at by itself: it is compared together with the header that follows. Leaving the
 * line means to set `p` to the start of the element at hand, for the general loop.
 */

import { mismatches } from "./byte-match.ts";
import { plus, type SourceText } from "./source-text.ts";

export class ReadCursor {
  readonly #out: SourceText;
  readonly #behindNul: () => string;
  #distance = 0;
  #nul = false;
  /** Distance of the element at hand, once its header has been passed. */
  #element: number | undefined;

  /** @param behindNul the name of the function that passes a NUL or fails, asked for when it is needed */
  constructor(out: SourceText, behindNul: () => string) {
    this.#out = out;
    this.#behindNul = behindNul;
  }

  /** The distance of the position from `p`. */
  get distance(): number {
    return this.#distance;
  }

  /** The position, as an expression. */
  get position(): string {
    return plus("p", this.#distance);
  }

  advance(bytes: number): void {
    this.#distance += bytes;
  }

  /** `p` is the position now, by a statement of the caller's; `nul`: a string's NUL stands there, not yet looked at. */
  settledBehind(nul: boolean): void {
    this.#distance = 0;
    this.#nul = nul;
  }

  /** Compares `run` with the bytes at the position (`skipped` bytes behind it), leaves if they differ, and stands behind them. */
  expect(run: readonly number[], skipped: number): void {
    const nul = this.#nul ? [0] : [];
    if (skipped === 0) {
      this.leaveIf(mismatches([...nul, ...run], "p", this.#distance));
    } else {
      this.leaveIf([...mismatches(nul, "p", this.#distance), ...mismatches(run, "p", this.#distance + nul.length + skipped)]);
    }
    this.#element = this.#distance + nul.length;
    this.#distance += nul.length + skipped + run.length;
    this.#nul = false;
  }

  /** Stands behind a header of `bytes` bytes that the caller has compared. */
  passHeader(bytes: number): void {
    this.#element = this.#distance;
    this.#distance += bytes;
  }

  /** Leaves to the general loop if any of the conditions holds. */
  leaveIf(conditions: readonly string[]): void {
    if (conditions.length === 0) return;
    const distance = this.#element ?? this.#distance;
    if (distance === 0 && !this.#nul) {
      this.#out.guard(conditions, "break;");
      return;
    }
    this.#out.when(conditions, "||", () => this.leave());
  }

  /** The statements that leave. */
  leave(): void {
    const distance = this.#element ?? this.#distance;
    if (this.#nul) this.#out.line(`p = ${this.#behindNul()}(b, ${plus("p", distance)});`);
    else if (distance !== 0) this.#out.line(`p += ${distance};`);
    this.#out.line("break;");
  }

  /** The value of the element at hand has been read: leaving now means the next element. */
  elementDone(): void {
    this.#element = undefined;
  }

  /** Makes `p` the position itself, the NUL of a string before it looked at. */
  settle(fail: string): void {
    if (this.#nul) {
      this.#out.line(`if (b[${this.position}] !== 0) ${fail}`);
      this.#distance += 1;
      this.#nul = false;
    }
    if (this.#distance !== 0) this.#out.line(`p += ${this.#distance};`);
    this.#distance = 0;
  }

  /** True at run time when anything stands between the position and the final NUL. */
  isNotEnd(): string {
    return `e - p !== ${this.#distance + (this.#nul ? 2 : 1)}`;
  }

  /** Conditions under which the final NUL (and that of a string before it) is not there. */
  terminator(): string[] {
    return mismatches(this.#nul ? [0, 0] : [0], "p", this.#distance);
  }
}
