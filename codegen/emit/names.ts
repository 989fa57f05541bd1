/**
 * How names and texts of a schema become source: quoting, keys, property access, and which identifiers are ours.
 *
 * Names in schemas are hostile input. Everything that is not a plain identifier goes through `quote`, nothing is ever pasted;
 * names of methods and fields become keys and members of their own object or class, never variables.
 */

import { quote } from "../model/quote.ts";

/**
 * What names that are not the user's begin with. Exported names of schemas that begin with it are diagnostics (`check`), so an
 * internal name never meets one of the user's.
 */
export const internalPrefix = "$";

/** Cannot be the name of a parameter in an ES module. */
const reservedWords: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for
   function if implements import in instanceof interface let new null package private protected public return static super switch
   this throw true try typeof var void while with yield`.split(/\s+/),
);

/**
 * Global names that emitted code or its types may use. A schema may export a type of such a name (`Map`, `Error`): then our
 * import of it gets another local name, so that the global stays what it is.
 */
export const globalNames: ReadonlySet<string> = new Set(
  `Array ArrayBuffer AsyncGenerator AsyncIterable AsyncIterator Awaited BigInt BigInt64Array BigUint64Array Boolean Buffer DataView Date
   Error Exclude Extract Float64Array Function Generator Infinity Int32Array Int8Array Iterable Iterator JSON Map Math NaN NonNullable
   Number Object Omit Parameters Partial Pick Promise PromiseLike Proxy RangeError Readonly ReadonlyArray Record Reflect RegExp Required
   ReturnType Set String Symbol SyntaxError TextDecoder TextEncoder TypeError URL Uint16Array Uint32Array Uint8Array WeakMap WeakSet
   console crypto globalThis isFinite isNaN parseFloat parseInt performance process structuredClone undefined`.split(/\s+/),
);

/**
 * Letters that every Unicode version since 4.0 has, of the scripts that people write names in. Not `\p{ID_Start}`: what that is depends
 * on the Node that generates, and may be more than the compiler knows.
 */
const letters =
  "A-Za-z_$\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0233\u0391-\u03a1\u03a3-\u03ce\u0400-\u0481\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3";
const identifier = new RegExp(`^[${letters}][${letters}0-9]*$`);

/** True for what may stand behind a dot and as an unquoted key. Reserved words may; rare letters are quoted. */
function isPlainName(name: string): boolean {
  return identifier.test(name);
}

/** True for what may name a parameter. */
export function isParameterName(name: string): boolean {
  return identifier.test(name) && !reservedWords.has(name) && !name.startsWith(internalPrefix);
}

/** A key of an object literal. `__proto__` is computed: as a plain key it would set the prototype. */
export function objectKey(name: string): string {
  if (name === "__proto__") return `["__proto__"]`;
  return isPlainName(name) ? name : quote(name);
}

/** A member of an interface or a type literal. `new` is quoted: plain, it would be a construct signature. */
export function typeKey(name: string): string {
  return isPlainName(name) && name !== "new" ? name : quote(name);
}

/** A method of a class. */
export function classKey(name: string): string {
  return isPlainName(name) ? name : quote(name);
}

/** `.name` or `["name"]`. */
export function access(name: string): string {
  return isPlainName(name) ? `.${name}` : `[${quote(name)}]`;
}

/** Linters take a call of these for a question asked of a plain object. */
const prototypeBuiltins: ReadonlySet<string> = new Set(["hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"]);

/** A call of a method by its name: `handler.place(request)`. */
export function methodCall(object: string, name: string, args: readonly string[]): string {
  const method = `${object}${access(name)}`;
  return prototypeBuiltins.has(name) ? `${method}.call(${[object, ...args].join(", ")})` : `${method}(${args.join(", ")})`;
}
