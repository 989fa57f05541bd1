/** Methods whose names are keywords, or no identifiers at all. */
export interface Odd {
  delete(request: Keywords): Promise<Keywords>;
  await(id: string): Promise<string>;
  class(): Promise<void>;
  "new"(request: Keywords): Promise<Keywords>;
  get(options: string, context?: string): Promise<string>;
  set(settle: string, $this: string): Promise<string>;
  static(requests: AsyncIterable<Keywords>): Promise<Keywords>;
  async(request: Keywords): AsyncIterable<Keywords>;
  function(request: Keywords): void;
  toString(): Promise<string>;
  hasOwnProperty(isPrototypeOf: string): Promise<boolean>;
  valueOf(name: string): Promise<boolean>;
  name(): Promise<string>;
  length(): Promise<number>;
  arguments(): Promise<string>;
  prototype(): Promise<string>;
  "a b"(request: Keywords): Promise<Keywords>;
  "é"(of: string): Promise<string>;
  "quote\"'`${1}"(request: Keywords): Promise<Keywords>;
  "*/ globalThis.injected = true; /*"(request: Keywords): Promise<Keywords>;
  "line\u2028\u2029\n\r"(request: Keywords): Promise<Keywords>;
  "</script>"(request: Keywords): Promise<Keywords>;
  1(request: Keywords): Promise<Keywords>;
}

/** Ends *\/ nothing. `${globalThis.injected = true}` </script> */
export interface Keywords {
  class: string;
  delete?: string;
  constructor: string;
  toString: string;
  prototype?: string;
  arguments?: string;
  async?: string;
  await?: string;
  default?: string;
  interface?: string;
  string?: string;
  catch?: string;
  length?: number;
  name?: string;
  "a b"?: string;
  "a.b"?: string;
  $a?: string;
  1?: string;
  "é"?: string;
  "quote\"'`${globalThis.injected = true}"?: string;
  "*/ globalThis.injected = true; /*"?: string;
  "line\u2028\u2029\n\r"?: string;
  "</script>"?: string;
  literal?: "*/" | "`${globalThis.injected = true}`" | "\u2028" | "'\"\\" | "</script>";
}

/** Its name is that of a method, in other letters. */
export interface Delete {
  then?: string;
  __proto__: string;
}

/** A second service with the same method names, which answers what the first is named. */
export interface OddService2 {
  delete(request: Delete): Promise<Delete>;
  odd(request: Odd2): Promise<Odd2>;
}

export interface Odd2 {
  orders: string;
}
