/**
 * Random operations on both ends of a connection against a simple reference model (ID-8). The seed is printed when it fails:
 * `MODEL_SEED=...` plays it again, `MODEL_OPERATIONS=100000` plays more.
 *
 * The model knows what each side was told to do and holds, at every quiet moment: messages arrive in order, none lost, none doubled,
 * none of another call; every call ends exactly once, and as its sides have said; no window leaks; the tables are empty at the end.
 */

import { expect, it } from "vitest";
import { RpcError } from "../../../src/errors/rpc-error.ts";
import { bidi, JoinedEnds, type RecordingCallee, type RecordingCaller } from "../../support/connection-ends.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

const operations = Number(process.env.MODEL_OPERATIONS ?? 6_000);
const operationsPerConnection = 1_500;
const firstSeed = Number(process.env.MODEL_SEED ?? 20_261_124);

/** What the model knows of one call. */
interface Expected {
  readonly key: number;
  readonly caller: RecordingCaller;
  callee: RecordingCallee | undefined;
  readonly isUnary: boolean;
  sentUp: number;
  sentDown: number;
  seenUp: number;
  seenDown: number;
  hasFinished: boolean;
  /** The callee's handler has settled. */
  answer: "result" | "failure" | undefined;
  isCancelled: boolean;
}

class ModelRun {
  readonly #random: SeededRandom;
  readonly #ends: JoinedEnds;
  readonly #calls: Expected[] = [];
  #keys = 0;
  #isDraining = false;
  isCut = false;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    const windows =
      this.#random.pick([{}, { streamWindowBytes: 4_096 }, { streamWindowBytes: 2_000, connectionWindowBytes: 20_000 }]) ?? {};
    const fragmentBytes = this.#random.pick([1_024, 4_096, 65_536]) ?? 1_024;
    const settings = {
      ...windows,
      fragmentBytes,
      limits: { maxCalls: 40, maxCancelsPerSecond: 1e9, maxControlFramesPerSecond: 1e9 },
    };
    this.#ends = JoinedEnds.open({ client: { settings }, server: { settings } });
    this.#ends.cut = (bytes) => this.#cut(bytes);
    this.#ends.server.onAccept = (call) => {
      call.onStart = () => this.#started(call);
      call.onAbort = (aborted) => {
        // Handlers take their time: most settle in an operation of their own.
        if (this.#random.below(2) === 0) this.#settle(aborted);
      };
    };
  }

  #cut(bytes: Buffer): Buffer[] {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + this.#random.below([30, 3_000, 200_000][this.#random.below(3)] as number);
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    return chunks;
  }

  /** Requests say which call they belong to. */
  #started(call: RecordingCallee): void {
    const key = call.request === undefined ? call.metadata?.get("key") : call.request.key;
    const expected = this.#calls.find((one) => one.key === Number(key));
    expect(expected, `an unexpected call ${String(key)}`).toBeDefined();
    if (expected !== undefined) expected.callee = call;
  }

  #settle(call: RecordingCallee): void {
    if (!call.isOpen) return;
    const expected = this.#calls.find(({ callee }) => callee === call);
    if (expected !== undefined) expected.answer ??= "failure";
    this.#ends.server.connection.incoming.sendFailure(call, call.refusedWith ?? new RpcError({ code: "CANCELLED", message: "" }));
  }

  #open(): void {
    const { client, server } = this.#ends;
    // most of the time it may not
    if (server.connection.rest()) server.connection.rest();
    const isUnary = this.#random.below(2) === 0;
    if (client.connection.state !== "open" || !client.connection.outgoing.hasRoom(isUnary ? 0 : bidi)) return;
    this.#keys += 1;
    const key = this.#keys;
    const body = { key, pad: new Uint8Array(this.#size()) };
    const init = this.#random.below(6) === 0 ? { timeoutMs: 1 + this.#random.below(200) } : {};
    const caller = isUnary
      ? client.call("t/unary", body, init)
      : client.call("t/chat", undefined, { kind: bidi, metadata: metadataOf(key), ...init });
    this.#calls.push({
      key,
      caller,
      callee: undefined,
      isUnary,
      sentUp: 0,
      sentDown: 0,
      seenUp: 0,
      seenDown: 0,
      hasFinished: false,
      answer: undefined,
      isCancelled: false,
    });
  }

  #size(): number {
    return this.#random.below([10, 900, 20_000][this.#random.below(3)] as number);
  }

  #live(filter: (one: Expected) => boolean): Expected | undefined {
    return this.#random.pick(this.#calls.filter(filter));
  }

  step(): void {
    const { client, server } = this.#ends;
    switch (this.#random.below(12)) {
      case 0:
      case 1:
        return this.#open();
      case 2: {
        const one = this.#live(
          ({ caller, isUnary, hasFinished }) => !isUnary && caller.isOpen && !caller.isCancelled && !hasFinished,
        );
        if (one === undefined || !client.canSend(one.caller)) return;
        client.send(one.caller, { key: one.key, n: one.sentUp, pad: new Uint8Array(this.#size()) });
        one.sentUp += 1;
        return;
      }
      case 3: {
        const one = this.#live(
          ({ callee, isUnary, answer }) =>
            !isUnary && callee?.isOpen === true && callee.abortedBy === undefined && answer === undefined,
        );
        if (one?.callee === undefined || !server.canSend(one.callee)) return;
        server.send(one.callee, { key: one.key, n: one.sentDown, pad: new Uint8Array(this.#size()) });
        one.sentDown += 1;
        return;
      }
      case 4: {
        const one = this.#live(
          ({ caller, isUnary, hasFinished }) => !isUnary && caller.isOpen && !caller.isCancelled && !hasFinished,
        );
        if (one === undefined) return;
        one.hasFinished = true;
        return client.connection.outgoing.finishRequests(one.caller);
      }
      case 5: {
        const one = this.#live(({ caller, isCancelled }) => caller.ends === 0 && !isCancelled && !caller.isCancelled);
        if (one === undefined) return;
        one.isCancelled = true;
        return client.connection.outgoing.cancel(one.caller, 0);
      }
      case 6:
      case 7: {
        const one = this.#live(({ callee, answer }) => callee?.isOpen === true && answer === undefined);
        if (one?.callee === undefined) return;
        if (one.callee.abortedBy !== undefined) return this.#settle(one.callee);
        one.answer = this.#random.below(3) === 0 ? "failure" : "result";
        if (one.answer === "failure") server.fail(one.callee, "ABORTED");
        else server.answer(one.callee, one.isUnary ? { key: one.key, pad: new Uint8Array(this.#size()) } : undefined);
        return;
      }
      case 8: {
        const one = this.#random.pick(this.#calls);
        if (one === undefined) return;
        client.consume(one.caller);
        if (one.callee !== undefined) server.consume(one.callee);
        return;
      }
      case 9:
        return this.#ends.clock.advance(this.#random.below(20));
      case 10:
        this.#ends.carry(this.#random.below(2) === 0 ? "client" : "server");
        return this.#check();
      default:
        if (this.#random.below(400) === 0 && !this.#isDraining) {
          this.#isDraining = true;
          return server.connection.drain("for the model");
        }
        if (this.#random.below(1_500) === 0) {
          this.isCut = true;
          client.transport.lose();
          server.transport.lose();
        }
        return;
    }
  }

  /** What must hold at any moment. Looked at a million times: `expect` is called for what is wrong alone. */
  #check(): void {
    for (const one of this.#calls) {
      const { caller, callee, key } = one;
      if (caller.ends > 1) throw new Error(`call ${key} ended ${caller.ends} times`);
      one.seenDown = this.#checkMessages(caller.messages, key, one.seenDown);
      if (callee !== undefined) one.seenUp = this.#checkMessages(callee.messages, key, one.seenUp);
      if (one.seenDown > one.sentDown || one.seenUp > one.sentUp) throw new Error(`call ${key} has more messages than were sent`);
      const { result } = caller;
      if (result !== undefined && result !== "empty" && result.key !== key) expect(result.key).toBe(key);
    }
    expect(this.#ends.client.closedWith?.message ?? "").not.toMatch(/protocol error|exceeded/);
    expect(this.#ends.server.closedWith?.message ?? "").not.toMatch(/protocol error|exceeded/);
  }

  /** New messages are this call's, in the order in which they were sent. Answers how many there are. */
  #checkMessages(messages: readonly Record<string, unknown>[], key: number, seen: number): number {
    for (; seen < messages.length; seen += 1) {
      const message = messages[seen];
      if (message?.key !== key || message.n !== seen) expect(message).toMatchObject({ key, n: seen });
    }
    return seen;
  }

  /** Lets everything come to its end, and looks at how each call ended. */
  finish(): void {
    const { client, server } = this.#ends;
    for (let i = 0; i < 2_000 && !this.isCut; i += 1) {
      this.#ends.run();
      for (const one of this.#calls) {
        client.consume(one.caller);
        if (one.callee === undefined) continue;
        server.consume(one.callee);
        if (!one.callee.isOpen || one.answer !== undefined) continue;
        if (one.callee.abortedBy !== undefined) this.#settle(one.callee);
        else {
          one.answer = "result";
          server.answer(one.callee, one.isUnary ? { key: one.key } : undefined);
        }
      }
      if (client.connection.outgoing.table.size === 0 && server.connection.incoming.table.size === 0) break;
    }
    this.#ends.run();
    this.#check();
    expect(client.connection.outgoing.table.size).toBe(0);
    expect(server.connection.incoming.table.size).toBe(0);
    for (const { key, caller, isCancelled, answer, sentDown, isUnary } of this.#calls) {
      if (isCancelled) expect(caller.ends, `call ${key} was cancelled: its user was told then`).toBe(0);
      else expect(caller.ends, `call ${key} has not ended`).toBe(1);
      // A stream that ended well has delivered everything.
      if (caller.result === "empty" && !isUnary && answer === "result") expect(caller.messages).toHaveLength(sentDown);
    }
    if (!this.isCut && !this.#isDraining) this.#expectWindows();
    if (!this.isCut) expect(this.#ends.close()).toEqual([]);
  }

  /** Whatever happened before: a stream of many windows' worth still gets through. */
  #expectWindows(): void {
    const { client, server } = this.#ends;
    const caller = client.call("t/chat", undefined, { kind: bidi, metadata: metadataOf(-1) });
    server.onAccept = () => {};
    this.#ends.run();
    const callee = server.accepted.at(-1) as RecordingCallee;
    let got = 0;
    for (let i = 0; i < 2_000 && got < 200; i += 1) {
      while (server.canSend(callee)) server.send(callee, { pad: new Uint8Array(900) });
      this.#ends.run();
      got += client.consume(caller).length;
      this.#ends.run();
    }
    expect(got).toBeGreaterThanOrEqual(200);
    client.connection.outgoing.cancel(caller, 0);
    this.#ends.run();
    this.#settle(callee);
    this.#ends.run();
  }
}

function metadataOf(key: number): Buffer {
  const text = String(key);
  const body = Buffer.concat([
    Buffer.from([0x02]),
    Buffer.from("key\0"),
    Buffer.from([text.length + 1, 0, 0, 0]),
    Buffer.from(`${text}\0`),
    Buffer.from([0]),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length + 4);
  return Buffer.concat([length, body]);
}

it(`ID-8 ${operations} random operations on both ends agree with a reference model`, {
  timeout: 60_000 + operations * 10,
}, () => {
  for (let done = 0, seed = firstSeed; done < operations; seed += 1) {
    try {
      const run = new ModelRun(seed);
      const end = Math.min(operations, done + operationsPerConnection);
      for (; done < end && !run.isCut; done += 1) run.step();
      run.finish();
    } catch (error) {
      throw new Error(`MODEL_SEED=${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
});
