/** Made from schemas/taut/health/v1/health.ts by scripts/generate-health.mjs: what `taut generate` emits, with our own paths. Do not edit. */

import {
  type Awaitable,
  behindNul,
  type CallContext,
  type Caller,
  type CallOptions,
  type Channel,
  type Codec,
  callerOf,
  checkExtent,
  decodeDocument,
  decodeError,
  defineService,
  encodeDocument,
  encodeError,
  type Fields,
  fail,
  fieldsOf,
  keyEnd,
  looseFieldsOf,
  methodOf,
  readText,
  type ServiceDescription,
  type Settled,
  type Shape,
  settle,
  textBound,
  toText,
  valueEnd,
  writeText,
} from "../runtime/v1.ts";
import type { HealthAnswer, HealthRequest } from "./health-schema.ts";

export type { HealthAnswer, HealthRequest, HealthStatus } from "./health-schema.ts";

/** Answers even where an overloaded server turns other calls away. */
export interface HealthHandler {
  /**
   * NOT_FOUND for a service that is not served here.
   * @idempotent @timeoutMs 5000
   */
  check(request: HealthRequest, context: CallContext): Awaitable<HealthAnswer>;
  /** The status now, then each change of it. Ends when the server goes, after "NOT_SERVING". */
  watch(request: HealthRequest, context: CallContext): AsyncIterable<HealthAnswer> | Iterable<HealthAnswer>;
}

/** Answers even where an overloaded server turns other calls away. */
export class HealthClient {
  readonly #caller: Caller;
  /** The same calls, answering `{ ok: true, value }` or `{ ok: false, error }` instead of rejecting. */
  readonly settled: {
    /**
     * NOT_FOUND for a service that is not served here.
     * @idempotent @timeoutMs 5000
     */
    check(request: HealthRequest, options?: CallOptions): Promise<Settled<HealthAnswer, never>>;
  };

  constructor(channel: Channel) {
    this.#caller = callerOf(channel);
    this.settled = {
      check: (request, options) => settle<HealthAnswer, never>(this.check(request, options)),
    };
  }

  /**
   * NOT_FOUND for a service that is not served here.
   * @idempotent @timeoutMs 5000
   */
  check(request: HealthRequest, options?: CallOptions): Promise<HealthAnswer> {
    return this.#caller.unary($HealthMethods.check, request, options) as Promise<HealthAnswer>;
  }

  /** The status now, then each change of it. Ends when the server goes, after "NOT_SERVING". */
  watch(request: HealthRequest, options?: CallOptions): AsyncIterable<HealthAnswer> {
    return this.#caller.serverStream($HealthMethods.watch, request, options) as AsyncIterable<HealthAnswer>;
  }
}

/** Encodes `HealthRequest` as one BSON document. Throws CodecError. */
export function encodeHealthRequest(value: HealthRequest): Uint8Array {
  return encodeDocument($codecHealthRequest, value);
}

/** Decodes `HealthRequest` from one BSON document; what it returns owns its memory. Throws CodecError. */
export function decodeHealthRequest(bytes: Uint8Array): HealthRequest {
  return decodeDocument($codecHealthRequest, bytes);
}

/** Encodes `HealthAnswer` as one BSON document. Throws CodecError. */
export function encodeHealthAnswer(value: HealthAnswer): Uint8Array {
  return encodeDocument($codecHealthAnswer, value);
}

/** Decodes `HealthAnswer` from one BSON document; what it returns owns its memory. Throws CodecError. */
export function decodeHealthAnswer(bytes: Uint8Array): HealthAnswer {
  return decodeDocument($codecHealthAnswer, bytes);
}

const $shapeHealthRequest: Shape = { kind: "document", fields: [{ name: "service", type: { kind: "string" }, optional: true }] };

const $shapeHealthAnswer: Shape = {
  kind: "document",
  fields: [{ name: "status", type: { kind: "literals", values: ["NOT_SERVING", "SERVING"], open: true } }],
};

const $codecHealthRequest: Codec<HealthRequest> = {
  name: "taut.health.v1.HealthRequest",
  bound(value, limits) {
    try {
      return $boundHealthRequest(value) + 8;
    } catch (error) {
      throw encodeError(error, "taut.health.v1.HealthRequest", $shapeHealthRequest, value, limits);
    }
  },
  write(b, dv, start, value, limits) {
    try {
      return $writeHealthRequest(b, dv, start, value);
    } catch (error) {
      throw encodeError(error, "taut.health.v1.HealthRequest", $shapeHealthRequest, value, limits);
    }
  },
  read(b, dv, start, end, limits) {
    try {
      checkExtent(dv, start, end);
      return $readHealthRequest(b, dv, start, end) as HealthRequest;
    } catch (error) {
      throw decodeError(error, "taut.health.v1.HealthRequest", $shapeHealthRequest, { b, dv, start, end }, limits);
    }
  },
};

const $codecHealthAnswer: Codec<HealthAnswer> = {
  name: "taut.health.v1.HealthAnswer",
  bound(value, limits) {
    try {
      return $boundHealthAnswer(value) + 8;
    } catch (error) {
      throw encodeError(error, "taut.health.v1.HealthAnswer", $shapeHealthAnswer, value, limits);
    }
  },
  write(b, dv, start, value, limits) {
    try {
      return $writeHealthAnswer(b, dv, start, value);
    } catch (error) {
      throw encodeError(error, "taut.health.v1.HealthAnswer", $shapeHealthAnswer, value, limits);
    }
  },
  read(b, dv, start, end, limits) {
    try {
      checkExtent(dv, start, end);
      return $readHealthAnswer(b, dv, start, end) as HealthAnswer;
    } catch (error) {
      throw decodeError(error, "taut.health.v1.HealthAnswer", $shapeHealthAnswer, { b, dv, start, end }, limits);
    }
  },
};

function $boundHealthRequest(x: unknown): number {
  const v = fieldsOf(x);
  let bound = 5;
  const f0 = v.service;
  if (f0 !== undefined) bound += 9 + 5 + textBound(f0);
  return bound;
}

function $writeHealthRequest(b: Buffer, dv: DataView, o: number, x: unknown): number {
  const v = looseFieldsOf(x);
  const start = o;
  o += 4;
  const f0 = v.service;
  if (f0 !== undefined) {
    if (typeof f0 !== "string") fail();
    dv.setInt32(o, 0x72657302, true);
    dv.setInt32(o + 4, 0x65636976, true);
    b[o + 8] = 0;
    const f0Bytes = writeText(b, dv, o + 13, f0);
    dv.setInt32(o + 9, f0Bytes + 1, true);
    o += f0Bytes + 13;
    b[o] = 0;
    o += 1;
  }
  b[o] = 0;
  o += 1;
  dv.setInt32(start, o - start, true);
  return o;
}

function $readHealthRequest(b: Buffer, dv: DataView, p: number, e: number): unknown {
  let f0: string | undefined;
  // left at the first surprise; never a second time round
  while (true) {
    if (e - p < 5) {
      p += 4;
      break;
    }
    p += 4;
    if (e - p >= 15 && dv.getInt32(p, true) === 0x72657302 && dv.getInt32(p + 4, true) === 0x65636976 && b[p + 8] === 0) {
      const f0Bytes = dv.getInt32(p + 9, true);
      if (f0Bytes < 1 || f0Bytes > e - p - 14) break;
      f0 = readText(b, dv, p + 13, p + 12 + f0Bytes);
      p += f0Bytes + 12;
      if (b[p] !== 0) fail();
      p += 1;
    }
    if (e - p !== 1 || b[p] !== 0) break;
    const value: Fields = {};
    if (f0 !== undefined) value.service = f0;
    return value;
  }
  return $restHealthRequest(b, dv, p, e, f0);
}

function $restHealthRequest(b: Buffer, dv: DataView, p: number, e: number, f0: string | undefined): unknown {
  const last = e - 1;
  if (b[last] !== 0) fail();
  while (p < last) {
    const type = b[p] as number;
    const from = keyEnd(b, p + 1, last);
    const end = valueEnd(b, dv, type, from, last);
    switch ($keyHealthRequest(b, dv, p + 1, from - p - 2)) {
      case 0:
        if (f0 !== undefined) fail();
        f0 = toText(b, dv, type, from, end);
        break;
    }
    p = end;
  }
  const value: Fields = {};
  if (f0 !== undefined) value.service = f0;
  return value;
}

function $keyHealthRequest(_b: Buffer, dv: DataView, at: number, length: number): number {
  switch (length) {
    case 7: {
      if (dv.getInt32(at, true) === 0x76726573 && dv.getInt32(at + 3, true) === 0x65636976) {
        return 0;
      }
      break;
    }
  }
  return -1;
}

function $boundHealthAnswer(x: unknown): number {
  const v = fieldsOf(x);
  let bound = 13;
  bound += 5 + textBound(v.status);
  return bound;
}

function $writeHealthAnswer(b: Buffer, dv: DataView, o: number, x: unknown): number {
  const v = fieldsOf(x);
  const start = o;
  const f0 = v.status;
  if (typeof f0 !== "string") fail();
  dv.setInt32(o + 4, 0x61747302, true);
  dv.setInt32(o + 8, 0x737574, true);
  const f0Bytes = writeText(b, dv, o + 16, f0 as string);
  dv.setInt32(o + 12, f0Bytes + 1, true);
  o += f0Bytes + 16;
  dv.setInt32(o, 0x0, true);
  o += 2;
  dv.setInt32(start, o - start, true);
  return o;
}

function $readHealthAnswer(b: Buffer, dv: DataView, p: number, e: number): unknown {
  let f0: string | undefined;
  // left at the first surprise; never a second time round
  while (true) {
    if (e - p < 18) {
      p += 4;
      break;
    }
    if (dv.getInt32(p + 4, true) !== 0x61747302 || dv.getInt32(p + 8, true) !== 0x737574) {
      p += 4;
      break;
    }
    const f0Bytes = dv.getInt32(p + 12, true);
    if (f0Bytes < 1 || f0Bytes > e - p - 17) {
      p += 4;
      break;
    }
    f0 = readText(b, dv, p + 16, p + 15 + f0Bytes);
    p += f0Bytes + 15;
    if (e - p !== 2 || dv.getInt16(p, true) !== 0x0) {
      p = behindNul(b, p);
      break;
    }
    return {
      status: f0,
    };
  }
  return $restHealthAnswer(b, dv, p, e, f0);
}

function $restHealthAnswer(b: Buffer, dv: DataView, p: number, e: number, f0: string | undefined): unknown {
  const last = e - 1;
  if (b[last] !== 0) fail();
  while (p < last) {
    const type = b[p] as number;
    const from = keyEnd(b, p + 1, last);
    const end = valueEnd(b, dv, type, from, last);
    switch ($keyHealthAnswer(b, dv, p + 1, from - p - 2)) {
      case 0:
        if (f0 !== undefined) fail();
        f0 = toText(b, dv, type, from, end);
        break;
    }
    p = end;
  }
  if (f0 === undefined) fail();
  return {
    status: f0,
  };
}

function $keyHealthAnswer(_b: Buffer, dv: DataView, at: number, length: number): number {
  switch (length) {
    case 6: {
      if (dv.getInt32(at, true) === 0x74617473 && dv.getInt32(at + 2, true) === 0x73757461) {
        return 0;
      }
      break;
    }
  }
  return -1;
}

/** `taut.health.v1.Health`, for `server.add`. */
export const HealthService: ServiceDescription<HealthHandler> = defineService<HealthHandler>({
  fullName: "taut.health.v1.Health",
  fingerprint: "fcde4bd1766bf212",
  methods: [
    {
      name: "check",
      kind: "unary",
      idempotent: true,
      timeoutMs: 5000,
      request: $codecHealthRequest,
      response: $codecHealthAnswer,
      requestItem: "document",
      result: "document",
      faults: [],
      invoke: (handler: HealthHandler, request: HealthRequest, context: CallContext) => handler.check(request, context),
    },
    {
      name: "watch",
      kind: "server-stream",
      idempotent: false,
      request: $codecHealthRequest,
      response: $codecHealthAnswer,
      requestItem: "document",
      result: "document",
      faults: [],
      invoke: (handler: HealthHandler, request: HealthRequest, context: CallContext) => handler.watch(request, context),
    },
  ],
});

const $HealthMethods = {
  check: methodOf(HealthService, "check"),
  watch: methodOf(HealthService, "watch"),
};
