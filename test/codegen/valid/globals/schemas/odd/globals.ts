import type { Fault } from "taut/schema";

export interface Promise_ {
  get(request: Map): Promise<Map>;
  describe(request: Object): Promise<RpcError | Error>;
  list(codec: string, caller: Codec): Promise<Codec[]>;
  call(options: CallOptions): Promise<CallContext>;
}

/** Shares its name with a global, which stays what it is. */
export interface Map {
  entries: Record<string, string>;
  also?: globalThis.Map<string, bigint>;
}
export interface Object {
  at: Date;
}
export interface Codec {
  name: string;
}
export interface CallOptions {
  call: string;
}
export interface CallContext {
  call: string;
}
export interface RpcError {
  code: string;
}
export interface Error extends Fault<"INTERNAL"> {
  bytes: Uint8Array;
}
export enum Set {
  Map = "Map",
  __proto__ = "proto",
}
export interface Uses {
  set: Set;
  ids: globalThis.Set<string>;
}
