/**
 * The sessions of `test/vectors`, played by two real ends. Each is a name, what it shows, and what the two do; what crosses between
 * them is recorded frame by frame.
 */

import { Challenge } from "../../src/connection/handshake.ts";
import { encodeMetadata } from "../../src/connection/metadata-document.ts";
import { RpcError } from "../../src/errors/rpc-error.ts";
import { Metadata } from "../../src/metadata/metadata.ts";
import {
  bidi,
  type EndInit,
  JoinedEnds,
  type RecordingCallee,
  requestStream,
  responseStream,
  sized,
} from "../support/connection-ends.ts";
import { decodeFrame, type Frame, FrameSplitter } from "../support/wire-frames.ts";

export interface CrossedFrame {
  readonly from: "client" | "server";
  readonly bytes: Buffer;
  readonly frame: Frame | "magic";
}

export interface Session {
  readonly shows: string;
  readonly client?: EndInit;
  readonly server?: EndInit;
  /** Without it the handshake alone is played. */
  play?(ends: JoinedEnds, callee: (index: number) => RecordingCallee): void;
  /** The handshake is part of what is recorded. */
  readonly withHandshake?: boolean;
}

const metadataBytes = (metadata: Metadata, attempt = 1): Buffer => encodeMetadata(metadata, 16_384, attempt) as Buffer;

export const sessions: Readonly<Record<string, Session>> = {
  handshake: {
    shows: "the handshake with all defaults and keepalive on both sides",
    withHandshake: true,
    client: { settings: { keepalive: { idleMs: 30_000, timeoutMs: 10_000 } }, credentials: () => ({ token: "s3cret" }) },
    server: { settings: { keepalive: { idleMs: 30_000, timeoutMs: 10_000 } } },
  },
  challenge: {
    shows: "a handshake with one round of challenge and answer",
    withHandshake: true,
    client: { credentials: (challenge) => (challenge === undefined ? { user: "ada" } : { proof: "42" }) },
    server: { authenticate: (given) => ((given as { user?: string }).user === undefined ? "ada" : new Challenge({ nonce: 17 })) },
  },
  refused: {
    shows: "a handshake that the server refuses",
    withHandshake: true,
    server: {
      authenticate: () => {
        throw new RpcError({ code: "UNAUTHENTICATED", message: "no token" });
      },
    },
  },
  unary: {
    shows: "a unary call that binds its method and has a deadline, its answer, and a second call by number",
    play: (ends, callee) => {
      ends.client.call("t/echo", { text: "hi" }, { timeoutMs: 10_000 });
      ends.run();
      ends.server.answer(callee(0), { text: "hi" });
      ends.run();
      ends.client.call("t/echo", { text: "again" });
      ends.run();
      ends.server.answer(callee(1), {});
      ends.run();
    },
  },
  metadata: {
    shows: "metadata of the request (the second attempt of a call), leading metadata and trailers with the answer",
    play: (ends, callee) => {
      const metadata = new Metadata({ "x-trace": "abc", tags: ["one", "two"], "key-bin": new Uint8Array([0xab, 0xab, 0xab]) });
      ends.client.call("t/echo", {}, { metadata: metadataBytes(metadata, 2) });
      ends.run();
      const call = callee(0);
      call.leading = new Metadata({ server: "a1" });
      call.trailers = new Metadata({ cost: "3" });
      ends.server.answer(call, {});
      ends.run();
    },
  },
  failure: {
    shows: "a failure with details, trailers and a time to wait",
    play: (ends, callee) => {
      ends.client.call("t/get", { id: "7" });
      ends.run();
      const call = callee(0);
      call.trailers = new Metadata({ node: "b2" });
      ends.server.connection.incoming.sendFailure(
        call,
        new RpcError({
          code: "RESOURCE_EXHAUSTED",
          message: "quota ☺ used up",
          retryAfterMs: 1_500,
          details: [{ type: "shop.v1.Quota", data: { left: 0 } }],
        }),
      );
      ends.run();
    },
  },
  fault: {
    shows: "a declared fault: its name in the failure document, its data behind it",
    play: (ends, callee) => {
      ends.client.call("t/place", { sku: "x" });
      ends.run();
      ends.server.connection.incoming.sendFailure(callee(0), new RpcError({ code: "FAILED_PRECONDITION", message: "" }), {
        type: "shop.v1.OutOfStock",
        bytes: faultData,
      });
      ends.run();
    },
  },
  unknown: {
    shows: "a method that is not served: refused, and named again the next time",
    play: (ends) => {
      for (let i = 0; i < 2; i += 1) {
        ends.client.call("u/nothing", {});
        ends.run();
      }
    },
  },
  fragments: {
    shows: "a request and an answer larger than a fragment, which is 1,024 bytes here",
    client: { settings: { fragmentBytes: 1_024 } },
    server: { settings: { fragmentBytes: 1_024 } },
    play: (ends, callee) => {
      ends.client.call("t/put", sized(1_500, 0x61));
      ends.client.call("t/echo", {});
      ends.run();
      ends.server.answer(callee(1), sized(1_100, 0x62));
      ends.server.answer(callee(0), {});
      ends.run();
    },
  },
  stream: {
    shows: "a server stream with leading metadata and credit: the client's window is 1,024 bytes",
    client: { settings: { streamWindowBytes: 1_024 } },
    play: (ends, callee) => {
      const caller = ends.client.call("t/list", { n: 3 }, { kind: responseStream });
      ends.run();
      const call = callee(0);
      call.leading = new Metadata({ page: "1" });
      ends.server.connection.incoming.answers.sendLeading(call);
      for (let i = 0; i < 3; i += 1) {
        ends.server.send(call, sized(200, 0x30 + i));
        ends.run();
        ends.client.consume(caller);
        ends.run();
      }
      ends.server.answer(call);
      ends.run();
    },
  },
  requests: {
    shows: "a client stream: accept, messages, finish, result",
    play: (ends, callee) => {
      const caller = ends.client.call("t/sum", undefined, { kind: requestStream });
      ends.client.send(caller, { v: 1 });
      ends.run();
      ends.client.send(caller, { v: 2 });
      ends.client.connection.outgoing.finishRequests(caller);
      ends.run();
      ends.server.consume(callee(0));
      ends.server.answer(callee(0), { total: 3 });
      ends.run();
    },
  },
  cancel: {
    shows: "a bidirectional call that its caller gives up; the callee's end frame frees its place",
    play: (ends, callee) => {
      const caller = ends.client.call("t/chat", undefined, { kind: bidi });
      ends.run();
      callee(0).onAbort = (call) => ends.server.fail(call, "CANCELLED", "the caller cancelled the call");
      ends.client.connection.outgoing.cancel(caller, 0);
      ends.run();
    },
  },
  oneWay: {
    shows: "a one-way call: no answer",
    play: (ends) => {
      ends.client.tell("t/tell", { seen: true });
      ends.run();
    },
  },
  keepalive: {
    shows: "pings after a minute of silence (the larger offer of both), and their pongs",
    client: { settings: { keepalive: { idleMs: 30_000, timeoutMs: 10_000 } } },
    server: { settings: { keepalive: { idleMs: 60_000, timeoutMs: 10_000 } } },
    play: (ends) => {
      ends.clock.advance(60_000);
      ends.run();
    },
  },
  goodbye: {
    shows: "a server that drains while a call is open, and closes",
    play: (ends, callee) => {
      ends.client.call("t/echo", {});
      ends.run();
      ends.server.connection.drain("the server is draining");
      ends.run();
      ends.server.answer(callee(0), {});
      ends.run();
      ends.server.connection.close(new RpcError({ code: "UNAVAILABLE", message: "the server has drained" }));
      ends.run();
    },
  },
};

/** `{ sku: "x", available: 0 }` */
const faultData = Buffer.from("1f00000002736b750002000000780010617661696c61626c65000000000000", "hex");

/** Plays a session and answers what crossed, in order. */
/** @param cut how bytes are delivered; whole by default */
export function record(session: Session, cut?: (bytes: Buffer) => Buffer[]): CrossedFrame[] {
  const crossed: CrossedFrame[] = [];
  const splitters = { client: new FrameSplitter(), server: new FrameSplitter() };
  let isRecording = session.withHandshake === true;
  const ends = new JoinedEnds({
    ...(session.client === undefined ? {} : { client: session.client }),
    ...(session.server === undefined ? {} : { server: session.server }),
  });
  if (cut !== undefined) ends.cut = cut;
  ends.onBytes = (from, bytes) => {
    const splitter = splitters[from];
    const hadMagic = splitter.sawMagic;
    const frames = splitter.push(bytes);
    if (!isRecording) return;
    if (!hadMagic && splitter.sawMagic) crossed.push({ from, bytes: bytes.subarray(0, 8), frame: "magic" });
    for (const frame of frames) crossed.push({ from, bytes: frame, frame: decodeFrame(frame) });
  };
  ends.run();
  isRecording = true;
  session.play?.(ends, (index) => ends.server.accepted[index] as RecordingCallee);
  return crossed;
}
