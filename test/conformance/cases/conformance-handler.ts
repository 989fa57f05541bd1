/** The handlers of the service that the cases are run against, and what they saw. */

import { setTimeout as sleep } from "node:timers/promises";
import { type CallContext, type Code, type Metadata, RpcError } from "taut";
import {
  type Chunk,
  type ConformanceClient,
  type ConformanceHandler,
  type Failure,
  FirstError,
  type Observation,
  SecondError,
} from "../../.generated/schemas/conformance/v1/service.ts";

export interface Watched {
  readonly handler: ConformanceHandler;
  /** By the metadata key "case-id". */
  readonly observations: Map<string, Observation>;
  /** How many handlers were entered. */
  entered: number;
  /** How many generators have run their `finally`. */
  finished: number;
}

/** @param next the client that `chain` calls on with */
export function conformanceHandler(next: () => ConformanceClient): Watched {
  const observations = new Map<string, Observation>();
  const watched: Watched = { handler: undefined as never, observations, entered: 0, finished: 0 };

  const observe = (context: CallContext): Observation => {
    watched.entered += 1;
    const observation: Observation = { started: true, ended: false, messages_received: 0, metadata: textsOf(context.metadata) };
    const left = context.remainingMs();
    if (Number.isFinite(left)) observation.remaining_ms_at_start = Math.round(left);
    const id = context.metadata.get("case-id");
    if (typeof id === "string") observations.set(id, observation);
    echoMetadata(context);
    if (typeof id === "string") {
      context.signal.addEventListener("abort", () => {
        if (context.endedBy !== undefined) observation.aborted = context.endedBy;
      });
    }
    return observation;
  };

  const handler: ConformanceHandler = {
    empty: (_request, context) => {
      observe(context);
      return {};
    },
    echo: async (request, context) => {
      observe(context);
      return request;
    },
    sized: (request, context) => {
      observe(context);
      return { body: new Uint8Array(request.response_size) };
    },
    sleep: async ({ ms }, context) => {
      const observation = observe(context);
      await sleep(ms, undefined, { signal: context.signal });
      observation.ended = true;
      return {};
    },
    hang: (_request, context) => {
      const observation = observe(context);
      return new Promise((_resolve, reject) => {
        context.signal.addEventListener("abort", () => {
          observation.ended = true;
          reject(context.signal.reason);
        });
      });
    },
    fail: (request, context) => {
      observe(context);
      throw failureOf(request);
    },
    failTyped: ({ which }, context) => {
      observe(context);
      if (which === "first") throw new FirstError({ number: 1, text: "the first" });
      if (which === "second") throw new SecondError({ number: 2, inner: { body: new Uint8Array([2]) } });
      return { body: new Uint8Array() };
    },
    chain: async ({ hops, work_ms }, context) => {
      observe(context);
      if (work_ms > 0) await sleep(work_ms);
      if (hops === 0) return next().remaining({});
      return next().chain({ hops: hops - 1, work_ms: 0 });
    },
    remaining: (_request, context) => ({ remaining_ms: Math.min(2 ** 31 - 1, Math.round(context.remainingMs())) }),
    notify: async ({ ms }, context) => {
      const observation = observe(context);
      await sleep(ms, undefined, { signal: context.signal });
      observation.ended = true;
    },
    sum: async (requests, context) => {
      const observation = observe(context);
      const response = { messages: 0, total_bytes: 0 };
      for await (const { body } of requests) {
        observation.messages_received += 1;
        response.messages += 1;
        response.total_bytes += body.length;
      }
      observation.ended = true;
      return response;
    },
    slowSum: async (requests, context) => {
      const observation = observe(context);
      const pace = Number(context.metadata.get("pace-ms") ?? 0);
      const response = { messages: 0, total_bytes: 0 };
      for await (const { body } of requests) {
        observation.messages_received += 1;
        response.messages += 1;
        response.total_bytes += body.length;
        if (pace > 0) await sleep(pace, undefined, { signal: context.signal });
      }
      return response;
    },
    async *list(request, context) {
      const observation = observe(context);
      if (request.leading !== undefined) context.setMetadata(request.leading);
      if (request.trailing !== undefined) context.setTrailers(request.trailing);
      try {
        yield* chunksOf(request.steps);
        if (request.fail !== undefined) throw failureOf(request.fail);
        observation.ended = true;
      } finally {
        watched.finished += 1;
      }
    },
    async *forever({ size }, context) {
      observe(context);
      try {
        for (let seq = 0; ; seq += 1) {
          yield { seq, body: new Uint8Array(size) };
          if (seq % 64 === 63) await sleep(0);
        }
      } finally {
        watched.finished += 1;
      }
    },
    async *chat(requests, context) {
      const observation = observe(context);
      try {
        let held: Chunk[] | undefined;
        for await (const request of requests) {
          observation.messages_received += 1;
          if (request.half_duplex === true) held ??= [];
          for await (const chunk of chunksOf(request.steps)) {
            if (held === undefined) yield chunk;
            else held.push(chunk);
          }
          if (request.fail !== undefined) throw failureOf(request.fail);
        }
        if (held !== undefined) yield* held;
        observation.ended = true;
      } finally {
        watched.finished += 1;
      }
    },
    observed: ({ case_id }) => {
      const found = observations.get(case_id);
      if (found === undefined) throw new RpcError({ code: "NOT_FOUND", message: `no call carried case-id ${case_id}` });
      return found;
    },
  };
  return Object.assign(watched, { handler });
}

async function* chunksOf(steps: readonly { size: number; interval_ms?: number }[]): AsyncIterable<Chunk> {
  for (const [seq, { size, interval_ms }] of steps.entries()) {
    if (interval_ms !== undefined) await sleep(interval_ms);
    yield { seq, body: new Uint8Array(size) };
  }
}

/** The error that a request asks for. */
function failureOf(failure: Failure): Error {
  if (failure.undeclared === true) return new TypeError(failure.message);
  const details = (failure.details ?? []).map((detail) => ({ type: `conformance.v1.Detail.${detail.kind}`, data: detail }));
  return new RpcError({ code: failure.code as Code, message: failure.message, details });
}

/** "echo-leading" and "echo-trailing" name a key of the request whose values come back. */
function echoMetadata(context: CallContext): void {
  const leading = context.metadata.get("echo-leading");
  if (typeof leading === "string") context.setMetadata({ [leading]: context.metadata.getAll(leading) });
  const trailing = context.metadata.get("echo-trailing");
  if (typeof trailing === "string") context.setTrailers({ [trailing]: context.metadata.getAll(trailing) });
}

function textsOf(metadata: Metadata): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  for (const [key, value] of metadata) {
    texts[key] ??= [];
    texts[key].push(typeof value === "string" ? value : Buffer.from(value).toString("base64"));
  }
  return texts;
}
