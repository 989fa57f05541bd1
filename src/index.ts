/** `taut`: what a service needs at run time. */

export { type CallContext, type ContextKey, type ContextValues, createContextKey, type Peer } from "./contract/call-context.ts";
export type { CallOptions, Retry } from "./contract/call-options.ts";
export type { Settled } from "./contract/caller.ts";
export type { CallKind, ServiceDescription } from "./contract/service.ts";
export { Code } from "./errors/code.ts";
export { CodecError, type Violation } from "./errors/codec-error.ts";
export { type Detail, isRpcError, RpcError } from "./errors/rpc-error.ts";
export { Metadata, type MetadataInit, type MetadataValue } from "./metadata/metadata.ts";
