/** Every name of the public contract is there, and says the same to the compiler as in the schemas. Never run. */

import {
  type CallContext,
  type CallKind,
  type CallOptions,
  type Channel,
  type ChannelOptions,
  type ChannelState,
  Code,
  CodecError,
  type ContextKey,
  type ContextValues,
  connect,
  createContextKey,
  createServer,
  type Detail,
  defaultLimits,
  detached,
  type InterceptedCall,
  type Interceptor,
  isRpcError,
  type Limits,
  Metadata,
  type MetadataInit,
  type MetadataValue,
  type Peer,
  type Reply,
  type Retry,
  RpcError,
  type Server,
  type ServerOptions,
  type ServiceDescription,
  type Settled,
  type Stats,
  unrecognized,
  type Violation,
} from "taut";
import type { Unrecognized } from "taut/schema";
import { type Equal, expectType } from "./expect-type.ts";

export type Named = [
  CallContext,
  CallKind,
  CallOptions,
  Channel,
  ChannelOptions,
  ChannelState,
  ContextKey<1>,
  ContextValues,
  Detail,
  InterceptedCall,
  Interceptor,
  Limits,
  MetadataInit,
  MetadataValue,
  Peer,
  Reply,
  Retry,
  Server,
  ServerOptions,
  ServiceDescription<object>,
  Settled<1, Error>,
  Stats,
  Violation,
];
export const values = [
  Code.ABORTED,
  CodecError,
  connect,
  createContextKey,
  createServer,
  defaultLimits,
  detached,
  isRpcError,
  Metadata,
  RpcError,
];

type Event = { kind: "placed"; id: string } | { kind: "gone"; at: Date } | Unrecognized<"kind">;

export function narrows(event: Event): string {
  if (event.kind === unrecognized) {
    expectType<Equal<typeof event.bytes, Uint8Array>>();
    return String(event.tag);
  }
  return event.kind === "placed" ? event.id : event.at.toISOString();
}

export function switches(event: Event): string {
  switch (event.kind) {
    case "placed":
      return event.id;
    case "gone":
      return event.at.toISOString();
    case unrecognized:
      return String(event.tag);
  }
}

// @ts-expect-error what is unrecognized has no field of the arms
export const lost = (event: Event): string => (event.kind === unrecognized ? event.id : "");
