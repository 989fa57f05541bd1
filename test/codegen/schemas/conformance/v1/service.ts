// The service that the behaviour cases are run against.
// Edits that the schema language forced on the plain TypeScript it was written in:
// - Int32 comes from taut/schema: a local alias of number is a plain number;
// - FirstError and SecondError extend Fault, and failTyped names them in its result: `@throws` is no type.

import type { Fault, Int32 } from "taut/schema";

export type Bytes = Uint8Array;

export interface Empty {}
export interface Payload {
  /** zero bytes unless a case says otherwise */
  body: Bytes;
  text?: string;
}
export interface SizedRequest {
  payload?: Payload;
  response_size: Int32;
}
export interface Chunk {
  seq: Int32;
  body: Bytes;
}
export interface Step {
  size: Int32;
  /** pause before this message, counted from the message before it */
  interval_ms?: Int32;
}
export interface Failure {
  /** the name of an error code of the product */
  code: string;
  message: string;
  details?: Detail[];
  /** let the handler throw a plain Error instead of the product's error class */
  undeclared?: boolean;
}
export type Detail = { kind: "quota"; subject: string; limit: bigint } | { kind: "field"; path: string; reason: string };
export interface ListRequest {
  steps: Step[];
  /** after the steps */
  fail?: Failure;
  /** name/value pairs the handler sends before the first and after the last message */
  leading?: Record<string, string[]>;
  trailing?: Record<string, string[]>;
}
export interface ChatRequest {
  payload?: Payload;
  steps: Step[];
  fail?: Failure;
  /** first request only: read everything before answering (half duplex) */
  half_duplex?: boolean;
}
export interface SumResponse {
  messages: Int32;
  total_bytes: Int32;
}
/** what the server saw of a call that carried the metadata key "case-id" */
export interface Observation {
  started: boolean;
  ended: boolean;
  /** how the handler's signal was aborted, if it was */
  aborted?: "cancel" | "deadline" | "connection" | "shutdown";
  messages_received: Int32;
  remaining_ms_at_start?: Int32;
  metadata: Record<string, string[]>;
}
export interface FirstError extends Fault<"FAILED_PRECONDITION"> {
  number: Int32;
  text: string;
}
export interface SecondError extends Fault<"ABORTED"> {
  number: Int32;
  inner: Payload;
}

export interface Conformance {
  empty(req: Empty): Promise<Empty>;
  echo(req: Payload): Promise<Payload>;
  sized(req: SizedRequest): Promise<Payload>;
  sleep(req: { ms: Int32 }): Promise<Empty>;
  /** answers only when its signal aborts */
  hang(req: Empty): Promise<Empty>;
  fail(req: Failure): Promise<Empty>;
  failTyped(req: { which: "first" | "second" | "none" }): Promise<Payload | FirstError | SecondError>;
  /** calls another server's `remaining` with its own call context, `hops` deep */
  chain(req: { hops: Int32; work_ms: Int32 }): Promise<{ remaining_ms: Int32 }>;
  remaining(req: Empty): Promise<{ remaining_ms: Int32 }>;
  /** one-way, if the product has it */
  notify(req: { ms: Int32 }): void;
  sum(reqs: AsyncIterable<Chunk>): Promise<SumResponse>;
  /** reads one message per `ms`, set by metadata "pace-ms" */
  slowSum(reqs: AsyncIterable<Chunk>): Promise<SumResponse>;
  list(req: ListRequest): AsyncIterable<Chunk>;
  forever(req: { size: Int32 }): AsyncIterable<Chunk>;
  chat(reqs: AsyncIterable<ChatRequest>): AsyncIterable<Chunk>;
  observed(req: { case_id: string }): Promise<Observation>;
}
