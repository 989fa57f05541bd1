/**
 * A client in another language against a real server: `taut_peer.py` knows docs/PROTOCOL.md alone. Needs Python 3 with `bson` (Debian:
 * python3-bson); without it the test is skipped, except under CI.
 */

import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createServer, RpcError } from "taut";
import { expect, it } from "vitest";
import type { CallContext } from "../../src/contract/call-context.ts";
import { defineService, type MethodDefinition } from "../../src/contract/service.ts";
import { type Document, plainCodec } from "../support/plain-service.ts";

const script = fileURLToPath(new URL("taut_peer.py", import.meta.url));

/** A Python that has `bson`: the one of the path, or the system's beside another. */
const python = ["python3", "/usr/bin/python3"].find(
  (command) => spawnSync(command, ["-c", "import bson; bson.encode"]).status === 0,
);

class OutOfStock extends RpcError {
  readonly data: Document;

  constructor(data: Document) {
    super({ code: "FAILED_PRECONDITION", message: "out of stock", details: [{ type: "peer.v1.OutOfStock", data }] });
    this.data = data;
  }
}

const base = {
  idempotent: false,
  request: plainCodec,
  response: plainCodec,
  requestItem: "document",
  result: "document",
  faults: [],
} as const;

const method = (name: string, kind: MethodDefinition["kind"], faults: MethodDefinition["faults"] = []): MethodDefinition => ({
  ...base,
  name,
  kind,
  faults,
  invoke: (handler, request, context) => handler[name](request, context),
});

const service = defineService<object>({
  fullName: "peer.v1.Peer",
  fingerprint: "00000000000000bb",
  methods: [
    method("echo", "unary"),
    method("count", "server-stream"),
    method("sum", "client-stream"),
    method("tags", "unary"),
    method("fail", "unary", [
      {
        fullName: "peer.v1.OutOfStock",
        code: "FAILED_PRECONDITION",
        codec: plainCodec,
        create: (data) => new OutOfStock(data as Document),
      },
    ]),
    method("hang", "unary"),
  ],
});

const ended: (string | undefined)[] = [];

const handler = {
  echo: (request: Document) => request,
  *count({ n }: Document) {
    for (let i = 0; i < Number(n); i += 1) yield { i, pad: new Uint8Array(2_000) };
  },
  async sum(requests: AsyncIterable<{ v: number }>) {
    let total = 0;
    for await (const { v } of requests) total += v;
    return { total };
  },
  tags(_request: Document, context: CallContext) {
    const { metadata } = context;
    context.setMetadata({ "x-text": metadata.getAll("x-text"), "x-bin": metadata.getAll("x-bin") });
    context.setTrailers({ "x-many": metadata.getAll("x-many") });
    return {};
  },
  fail({ sku }: Document): never {
    throw new OutOfStock({ sku, available: 2 });
  },
  async hang(_request: Document, context: CallContext) {
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve, { once: true }));
    ended.push(context.endedBy);
    return {};
  },
};

it.skipIf(python === undefined && process.env.CI === undefined)(
  "a client in Python, written from PROTOCOL.md alone, is understood",
  async () => {
    if (python === undefined) throw new Error("this test needs python3 with bson: apt-get install python3-bson");
    const errors: unknown[] = [];
    const server = createServer({ onError: (error) => errors.push(error) }).add(service, handler);
    const { port } = await server.listen("127.0.0.1:0");
    try {
      const { stdout } = await promisify(execFile)(python, [script, "127.0.0.1", String(port)], { timeout: 20_000 });
      expect(JSON.parse(stdout)).toEqual([
        "unary",
        "server stream",
        "client stream",
        "metadata",
        "fault",
        "unknown method",
        "cancel",
        "deadline",
      ]);
      expect(ended).toEqual(["cancel", "deadline"]);
      expect(errors).toEqual([]);
      expect(server.stats().open).toBe(0);
    } finally {
      await server.close();
    }
  },
);
