/**
 * The key-value pairs that travel beside a call's messages: request metadata, leading metadata and trailers.
 *
 * An ordered multimap with gRPC's key alphabet. It knows nothing of the wire: `connection` turns it into a BSON document.
 * Values are kept as given; a `Uint8Array` is not copied.
 */

/** Text, or bytes. A `Uint8Array` is not copied when set: do not change it afterwards. */
export type MetadataValue = string | Uint8Array;

/** What every option and setter takes: a `Metadata`, or a plain object of one or several values a key. */
export type MetadataInit = Metadata | Readonly<Record<string, MetadataValue | readonly MetadataValue[]>>;

/** Names that the protocol itself writes (`taut-attempt`): user code can neither set nor see them. */
export const reservedPrefix = "taut-";

const legalKey = /^[a-z0-9._-]{1,128}$/;

function keyOf(key: unknown): string {
  if (typeof key !== "string") throw new TypeError(`metadata key must be a string, not ${typeof key}`);
  const folded = key.toLowerCase();
  if (!legalKey.test(folded)) {
    throw new TypeError(`metadata key ${JSON.stringify(key.slice(0, 64))} does not match [a-z0-9._-]{1,128}`);
  }
  if (folded.startsWith(reservedPrefix)) {
    throw new TypeError(`metadata key ${JSON.stringify(key)} is reserved: keys that begin with "taut-" are the protocol's`);
  }
  return folded;
}

function checkValue(key: string, value: unknown): MetadataValue {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError(`metadata value of "${key}" holds a lone surrogate`);
    return value;
  }
  if (value instanceof Uint8Array) return value;
  throw new TypeError(
    `metadata value of "${key}" must be a string or a Uint8Array, not ${value === null ? "null" : typeof value}`,
  );
}

/**
 * Ordered multimap. Keys are folded to lower case and match `[a-z0-9._-]{1,128}`; those that begin with `taut-` are reserved.
 * A bad key or value is a `TypeError` where it is set.
 */
export class Metadata {
  readonly #entries = new Map<string, MetadataValue[]>();

  constructor(init?: MetadataInit) {
    if (init === undefined) return;
    if (typeof init !== "object" || init === null) throw new TypeError("metadata must be a Metadata or a plain object");
    // A Metadata, perhaps of another copy of this package.
    if (Symbol.iterator in init) {
      for (const [key, value] of init as Metadata) this.append(key, value);
      return;
    }
    for (const key of Object.keys(init)) {
      const value = init[key] as MetadataValue | readonly MetadataValue[];
      if (Array.isArray(value)) for (const one of value) this.append(key, one);
      else this.append(key, value as MetadataValue);
    }
  }

  /** The first value of a key. */
  get(key: string): MetadataValue | undefined {
    return this.#entries.get(key.toLowerCase())?.[0];
  }

  /** All values of a key, in the order in which they were added; empty when there are none. */
  getAll(key: string): readonly MetadataValue[] {
    return this.#entries.get(key.toLowerCase())?.slice() ?? [];
  }

  has(key: string): boolean {
    return this.#entries.has(key.toLowerCase());
  }

  /** Replaces all values of a key. An empty array removes it. */
  set(key: string, value: MetadataValue | readonly MetadataValue[]): this {
    const folded = keyOf(key);
    const values = (Array.isArray(value) ? value : [value]).map((one) => checkValue(folded, one));
    if (values.length === 0) this.#entries.delete(folded);
    else this.#entries.set(folded, values);
    return this;
  }

  append(key: string, value: MetadataValue): this {
    const folded = keyOf(key);
    const checked = checkValue(folded, value);
    const values = this.#entries.get(folded);
    if (values === undefined) this.#entries.set(folded, [checked]);
    else values.push(checked);
    return this;
  }

  delete(key: string): boolean {
    return this.#entries.delete(key.toLowerCase());
  }

  /** Each value with its key: a key of three values comes three times. */
  *[Symbol.iterator](): Iterator<[string, MetadataValue]> {
    for (const [key, values] of this.#entries) for (const value of values) yield [key, value];
  }

  get [Symbol.toStringTag](): string {
    return "Metadata";
  }
}
