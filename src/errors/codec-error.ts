/**
 * What `encodeX` and `decodeX` throw: every broken rule of one value or one document, with its path.
 *
 * Knows nothing of BSON. In a call it becomes INVALID_ARGUMENT (request) or INTERNAL (response).
 */

import { hasBrand } from "./brand.ts";

const brand = Symbol.for("taut.CodecError");

/** One broken rule. */
export interface Violation {
  /** `items[3].sku`; empty for the document itself. */
  readonly path: string;
  /** "type", "minimum", "required", "utf8", ... */
  readonly rule: string;
  /** For people. Holds no bytes of the peer's document. */
  readonly message: string;
  /** Byte in the document, when decoding. */
  readonly offset?: number;
}

/** A value or a document that breaks its schema; thrown by the `encode` and `decode` functions of generated modules. */
export class CodecError extends Error {
  /** The path of the first violation. */
  readonly path: string;
  /** The byte offset of the first violation, when decoding. */
  readonly offset?: number;
  /** All broken rules, up to 100; the first is the one that `message`, `path` and `offset` tell of. */
  readonly violations: readonly Violation[];

  /** @param what the type that was encoded or decoded: `shop.v1.Order` */
  constructor(what: string, violations: readonly Violation[], options?: { cause?: unknown }) {
    const first = violations[0];
    const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : "";
    const where = first === undefined || first.path === "" ? what : `${what}.${first.path}`;
    super(`${where}: ${first?.message ?? "broken"}${more}`, options);
    this.path = first?.path ?? "";
    if (first?.offset !== undefined) this.offset = first.offset;
    this.violations = violations;
  }

  static {
    Object.defineProperty(CodecError.prototype, "name", { value: "CodecError", configurable: true, writable: true });
    Object.defineProperty(CodecError.prototype, brand, { value: true });
  }
}

/** True for a `CodecError` of any copy of this package in the process. Never throws, whatever it is given. */
export function isCodecError(value: unknown): value is CodecError {
  return hasBrand(value, brand);
}
