import type { Fault, Throws } from "taut/schema";

export interface Shop extends Throws<Hidden> {
  get(id: string): Promise<string | Hidden>;
  find(id: string): Promise<string | Fault<"NOT_FOUND">>;
  inline(id: string): Promise<string | (Fault<"ABORTED"> & { at: Date })>;
  generic(id: string): Promise<string | Because<string>>;
}

interface Hidden extends Fault<"NOT_FOUND"> {}
export interface Because<T> extends Fault<"ABORTED"> {
  reason: T;
}
