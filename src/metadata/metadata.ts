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
 * Ordered multimap: iterates in the order in which entries were added. Keys are folded to lower case and match
 * `[a-z0-9._-]{1,128}`; those that begin with `taut-` are reserved. A bad key or value is a `TypeError` where it is set. On the wire the
 * values of one key stand together; their order, and that of the keys, is kept.
 */
export class Metadata {
  /** Few, so that a scan beats a table. */
  #entries: [string, MetadataValue][] = [];

  constructor(init?: MetadataInit) {
    if (init === undefined) return;
    if (typeof init !== "object" || init === null) throw new TypeError("metadata must be a Metadata or a plain object");
    if (init instanceof Metadata) {
      this.#entries = init.#entries.map(([key, value]) => [key, value]);
      return;
    }
    // The Metadata of another copy of this package.
    if (Symbol.iterator in init) {
      for (const [key, value] of init as unknown as Metadata) this.append(key, value);
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
    const folded = key.toLowerCase();
    return this.#entries.find(([one]) => one === folded)?.[1];
  }

  /** All values of a key, in the order in which they were added; empty when there are none. */
  getAll(key: string): readonly MetadataValue[] {
    const folded = key.toLowerCase();
    return this.#entries.filter(([one]) => one === folded).map(([, value]) => value);
  }

  /** Whether the key has a value. Never throws for an illegal key: it has none. */
  has(key: string): boolean {
    const folded = key.toLowerCase();
    return this.#entries.some(([one]) => one === folded);
  }

  /** Replaces all values of a key, in the place of the first. An empty array removes it. */
  set(key: string, value: MetadataValue | readonly MetadataValue[]): this {
    const folded = keyOf(key);
    const added = (Array.isArray(value) ? value : [value]).map((one): [string, MetadataValue] => [
      folded,
      checkValue(folded, one),
    ]);
    const at = this.#entries.findIndex(([one]) => one === folded);
    if (at < 0) {
      this.#entries.push(...added);
      return this;
    }
    const others = this.#entries.slice(at).filter(([one]) => one !== folded);
    this.#entries = [...this.#entries.slice(0, at), ...added, ...others];
    return this;
  }

  /** Adds a value behind those of its key. TypeError for a bad key or value. */
  append(key: string, value: MetadataValue): this {
    const folded = keyOf(key);
    this.#entries.push([folded, checkValue(folded, value)]);
    return this;
  }

  /** True if there was something to remove. */
  delete(key: string): boolean {
    const folded = key.toLowerCase();
    const left = this.#entries.filter(([one]) => one !== folded);
    const hadSome = left.length < this.#entries.length;
    this.#entries = left;
    return hadSome;
  }

  /** Each value with its key: a key of three values comes three times. */
  *[Symbol.iterator](): Iterator<[string, MetadataValue]> {
    for (const [key, value] of this.#entries.slice()) yield [key, value];
  }

  get [Symbol.toStringTag](): string {
    return "Metadata";
  }
}
