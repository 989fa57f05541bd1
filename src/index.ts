/** `taut`: what a service needs at run time. */

/// <reference types="node" preserve="true" />

export type { ChannelOptions } from "./client/channel-options.ts";
export { connect } from "./client/connect.ts";
export { Challenge } from "./connection/handshake.ts";
export { defaultLimits, type Limits } from "./connection/limits.ts";
export { type CallContext, type ContextKey, type ContextValues, createContextKey, type Peer } from "./contract/call-context.ts";
export type { CallOptions, Retry } from "./contract/call-options.ts";
export type { Settled } from "./contract/caller.ts";
export type { Channel, ChannelState } from "./contract/channel.ts";
export { detached } from "./contract/context-scope.ts";
export type { InterceptedCall, Interceptor, Reply } from "./contract/interceptor.ts";
export type { CallKind, ServiceDescription } from "./contract/service.ts";
export type { Stats } from "./contract/stats.ts";
export { unrecognized } from "./contract/unrecognized.ts";
export { Code } from "./errors/code.ts";
export { CodecError, type Violation } from "./errors/codec-error.ts";
export { type Detail, isRpcError, RpcError } from "./errors/rpc-error.ts";
export { Metadata, type MetadataInit, type MetadataValue } from "./metadata/metadata.ts";
export { gracefulShutdown, type ShutdownOptions, type ShutdownReport } from "./server/graceful-shutdown.ts";
export { createServer, type Server } from "./server/server.ts";
export type { ServerOptions } from "./server/server-options.ts";
