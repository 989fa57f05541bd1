/** Clients and servers whose schema differs from the other end's: hand-made descriptions with a codec that takes any document. */

import type { Channel } from "taut";
import { decodePlainDocument, encodePlainDocument } from "../../../src/bson/plain-document.ts";
import { callerOf } from "../../../src/contract/caller.ts";
import type { Codec } from "../../../src/contract/codec.ts";
import {
  type CallKind,
  defineService,
  type FullServiceDescription,
  type MethodDescription,
} from "../../../src/contract/service.ts";

const anyDocument: Codec<Record<string, unknown>> = {
  name: "any document",
  bound: (value) => encodePlainDocument(value).length,
  write: (buffer, _view, offset, value) => offset + encodePlainDocument(value).copy(buffer, offset),
  read: (buffer, view, start, end) => decodePlainDocument(buffer, view, start, end),
};

/** A service of any name and methods, whose messages are any documents. */
export function anyService(fullName: string, methods: Readonly<Record<string, CallKind>>): FullServiceDescription<object> {
  return defineService<object>({
    fullName,
    fingerprint: "00000000000000ff",
    methods: Object.entries(methods).map(([name, kind]) => ({
      name,
      kind,
      idempotent: false,
      request: anyDocument,
      response: anyDocument,
      requestItem: "document",
      result: "document",
      faults: [],
      invoke: (handler, request, context) => handler[name](request, context),
    })),
  });
}

export function anyMethod(fullName: string, name: string, kind: CallKind = "unary"): MethodDescription {
  return anyService(fullName, { [name]: kind }).methods[0] as MethodDescription;
}

/** Calls any method of any kind with one document, and answers all that came back. */
export async function callAny(
  channel: Channel,
  method: MethodDescription,
  document: Record<string, unknown> = {},
): Promise<unknown[]> {
  const caller = callerOf(channel);
  const all: unknown[] = [];
  switch (method.kind) {
    case "unary":
      return [await caller.unary(method, document)];
    case "client-stream":
      return [await caller.clientStream(method, [document])];
    case "server-stream":
      for await (const item of caller.serverStream(method, document)) all.push(item);
      return all;
    case "bidi":
      for await (const item of caller.bidi(method, [document])) all.push(item);
      return all;
    case "one-way":
      await caller.oneWay(method, document);
      return [];
    default:
      return method.kind satisfies never;
  }
}

export const streamKinds: readonly CallKind[] = ["unary", "server-stream", "client-stream", "bidi"];
