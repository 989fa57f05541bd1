/**
 * The description of a service: what codegen emits once and both ends work from.
 *
 * Plain data and functions. Knows nothing of connections; `client` and `server` read it.
 */

import type { Code } from "../errors/code.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { CallContext } from "./call-context.ts";
import type { Codec } from "./codec.ts";

/** How many messages go each way, and whether an answer comes. */
export type CallKind = "unary" | "server-stream" | "client-stream" | "bidi" | "one-way";

/** How a value of the API stands in its wire document: as the document itself, under `value`, or not at all (`void`). */
export type Wrapping = "document" | "value" | "void";

/** A declared error, as both ends need it. */
export interface FaultDescription {
  /** `shop.v1.OutOfStock` */
  readonly fullName: string;
  readonly code: Code;
  // biome-ignore lint/suspicious/noExplicitAny: a description holds codecs of many types; the generated stub keeps them apart
  readonly codec: Codec<any>;
  /** Makes the generated class's instance from received data. */
  create(data: unknown, init: { message?: string; cause?: unknown }): RpcError;
}

/** What codegen writes for one method. */
export interface MethodDefinition {
  readonly name: string;
  readonly kind: CallKind;
  /** `@idempotent`: may run twice without harm. */
  readonly idempotent: boolean;
  /** `@timeoutMs` of the schema. */
  readonly timeoutMs?: number;
  /** Codec of the request document (of each request message where requests are a stream). */
  // biome-ignore lint/suspicious/noExplicitAny: see FaultDescription
  readonly request: Codec<any>;
  /** Codec of the response document (of each item where the response is a stream). One-way: the empty document's. */
  // biome-ignore lint/suspicious/noExplicitAny: see FaultDescription
  readonly response: Codec<any>;
  /** How an item of a request stream is wrapped; "document" for methods without one. */
  readonly requestItem: Wrapping;
  /** How the result, or an item of the response stream, is wrapped. */
  readonly result: Wrapping;
  readonly faults: readonly FaultDescription[];
  /**
   * Calls the handler's method: spreads the request document over declared parameters where there are several.
   * `request` is the document, or the iterable of unwrapped items. Returns what the handler returned.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the handler's type is known to generated code alone
  invoke(handler: any, request: any, context: CallContext): unknown;
}

export interface MethodDescription extends MethodDefinition {
  /** `shop.v1.Orders` */
  readonly service: string;
  /** `shop.v1.Orders/place` */
  readonly path: string;
  /** The service's, 16 hexadecimal digits; compared by people when decoding fails, never by the runtime to refuse a call. */
  readonly fingerprint: string;
}

export interface ServiceDefinition {
  readonly fullName: string;
  /** 16 hexadecimal digits over the service's wire shape: equal for equal shapes, whatever the comments. */
  readonly fingerprint: string;
  readonly methods: readonly MethodDefinition[];
}

/** What a generated module says of a service: for `server.add`, and for whoever wants its name. */
export interface ServiceDescription<Handler> {
  /** `shop.v1.Orders` */
  readonly fullName: string;
  /** Never there: it carries the type of the handler to `server.add`. */
  readonly handlerType?: Handler;
}

/** What `ServiceDescription` is inside. Public code sees `ServiceDescription` alone. */
export interface FullServiceDescription<Handler> extends ServiceDescription<Handler> {
  readonly fingerprint: string;
  readonly methods: readonly MethodDescription[];
}

/** Completes what codegen wrote. Called once a service, when the generated module loads. */
export function defineService<Handler>(definition: ServiceDefinition): FullServiceDescription<Handler> {
  const { fullName, fingerprint } = definition;
  return Object.freeze({
    fullName,
    fingerprint,
    methods: Object.freeze(
      definition.methods.map((method) =>
        Object.freeze({ ...method, service: fullName, path: `${fullName}/${method.name}`, fingerprint }),
      ),
    ),
  });
}

/** The description of one method, for the generated client. */
export function methodOf(service: ServiceDescription<unknown>, name: string): MethodDescription {
  const method = (service as FullServiceDescription<unknown>).methods.find((one) => one.name === name);
  if (method === undefined) throw new TypeError(`${service.fullName} has no method ${JSON.stringify(name)}`);
  return method;
}
