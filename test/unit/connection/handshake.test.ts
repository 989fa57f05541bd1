import { describe, expect, it } from "vitest";
import { Challenge } from "../../../src/connection/handshake.ts";
import { RpcError } from "../../../src/errors/rpc-error.ts";
import { End, JoinedEnds, openClient, openServer } from "../../support/connection-ends.ts";
import { type Document, encodeFrame, magicBytes, rawFrame } from "../../support/wire-frames.ts";

const hello = (more: Document = {}): { kind: "hello"; message: Document } => ({
  kind: "hello",
  message: { versions: [1, 1], ...more },
});

function refused(hello: Document): RpcError | undefined {
  const end = new End("server");
  end.transport.receive(magicBytes);
  end.receive({ kind: "hello", message: hello });
  return end.closedWith;
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("the handshake", () => {
  it("opens both ends, and each knows the other's limits", () => {
    const ends = JoinedEnds.open({
      client: { settings: { limits: { maxMessageBytes: 1_000_000 } } },
      server: { settings: { limits: { maxCalls: 7 } } },
    });
    expect(ends.client.connection.state).toBe("open");
    expect(ends.server.connection.sender.maxBytes).toBe(1_000_000);
    for (let i = 0; i < 7; i += 1) expect(ends.client.connection.outgoing.hasRoom(0) && ends.client.call("t/a", {})).toBeTruthy();
    expect(ends.client.connection.outgoing.hasRoom(0)).toBe(false);
    expect(ends.close()).toEqual([]);
  });

  it("speaks only after the client's magic is whole", () => {
    const end = new End("server");
    end.transport.receive(magicBytes.subarray(0, 7));
    end.clock.endTurn();
    expect(end.transport.takeBytes()).toHaveLength(0);
    end.transport.receive(magicBytes.subarray(7));
    end.clock.endTurn();
    expect(end.transport.takeBytes()).toEqual(magicBytes);
  });

  it("takes its bytes one at a time", () => {
    const end = new End("server");
    for (const byte of Buffer.concat([magicBytes, encodeFrame(hello())])) end.transport.receive(Buffer.of(byte));
    expect(end.isOpen).toBe(true);
  });

  it.each([
    ["a newer peer's range that includes ours", [1, 9], undefined],
    ["one number", 1, "names no versions"],
    ["only newer versions", [2, 3], /this side speaks taut\/1, the peer taut\/2 to 3/],
    ["only older versions", [0, 0], /this side speaks taut\/1, the peer taut\/0/],
    ["fractions", [1.5, 2], "names no versions"],
    ["an empty array", [], "names no versions"],
    ["texts", ["1", "1"], "names no versions"],
    ["one number in an array", [1], undefined],
  ])("judges the versions of %s", (_name, versions, reason) => {
    const error = refused({ versions });
    if (reason === undefined) expect(error).toBeUndefined();
    else expect(error?.message).toMatch(reason);
  });

  it("takes absent, odd and huge limits for their defaults and bounds", () => {
    const server = openServer(
      {},
      {
        limits: {
          maxMessageBytes: "lots",
          fragmentBytes: 1e12,
          streamWindowBytes: -5,
          maxCalls: Number.NaN,
          maxMetadataBytes: 0,
        },
      },
    );
    expect(server.connection.sender.maxBytes).toBe(4_194_304);
    const none = openServer({}, { limits: 7, keepalive: "no", features: "x" });
    expect(none.connection.state).toBe("open");
  });

  it("refuses features that the client did not offer, and names them", () => {
    const client = new End("client");
    client.transport.receive(magicBytes);
    client.receive(hello({ features: ["zip", "\u001b[2J"] }));
    expect(client.closedWith).toMatchObject({ code: "FAILED_PRECONDITION" });
    expect(client.closedWith?.message).toContain('"zip"');
    expect(client.closedWith?.message).not.toContain("\u001b");
  });

  it("ends after a second hello, whatever it claims, and nothing changes", () => {
    const server = openServer();
    const before = server.connection.sender.maxBytes;
    server.receive(hello({ limits: { maxMessageBytes: 100 }, credentials: "admin" }));
    expect(server.closedWith?.message).toMatch(/a second handshake/);
    expect(server.connection.sender.maxBytes).toBe(before);
    expect(server.connection.identity).toBeUndefined();
  });

  it.each([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 17, 127])("ends when kind %i comes before the hello", (kind) => {
    const server = new End("server");
    server.transport.receive(Buffer.concat([magicBytes, rawFrame({ kind, id: 1 }, Buffer.alloc(4))]));
    server.clock.endTurn();
    expect(server.closedWith?.message).toMatch(/before the handshake was complete/);
    expect(server.accepted).toEqual([]);
  });

  it("skips optional frames and honours close in the handshake", () => {
    const server = new End("server");
    server.transport.receive(Buffer.concat([magicBytes, rawFrame({ kind: 0x80 }, Buffer.alloc(30)), rawFrame({ kind: 0xff })]));
    expect(server.closedWith).toBeUndefined();
    server.receive({ kind: "close", message: { code: 16, message: "no" } });
    expect(server.closedWith).toMatchObject({ code: "UNAUTHENTICATED", origin: "remote", executed: "no", scope: "connection" });
  });

  it("gives up after handshakeTimeoutMs, with a word only for who has shown the magic", () => {
    const stranger = new End("server");
    stranger.transport.receive(magicBytes.subarray(0, 3));
    stranger.clock.advance(5_000);
    expect(stranger.closedWith).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    expect(stranger.transport.takeBytes()).toHaveLength(0);
    expect(stranger.clock.pendingTimers).toBe(0);
    const slow = new End("server");
    slow.transport.receive(magicBytes);
    slow.frames();
    slow.clock.advance(5_000);
    const [close] = slow.frames();
    expect(close).toMatchObject({
      kind: "close",
      message: { code: 14, message: expect.stringMatching(/handshakeTimeoutMs 5000/) },
    });
    slow.clock.advance(1_000);
    expect(slow.transport.destroyed).toBe("reset");
    expect(slow.clock.pendingTimers).toBe(0);
  });
});

describe("credentials", () => {
  it("reach authenticate, whose answer is the identity", () => {
    const ends = JoinedEnds.open({
      client: { credentials: () => ({ token: "s3cret" }) },
      server: { authenticate: (given) => ({ user: (given as { token: string }).token.length }) },
    });
    expect(ends.server.connection.identity).toEqual({ user: 6 });
    expect(ends.close()).toEqual([]);
  });

  it("may take rounds of challenge and answer", async () => {
    const seen: unknown[] = [];
    const ends = new JoinedEnds({
      client: { credentials: async (challenge) => (challenge === undefined ? "hello" : (challenge as number) * 2) },
      server: {
        authenticate: async (given) => {
          seen.push(given);
          if (given === "hello") return new Challenge(21);
          return given === 42 ? "ada" : new Challenge(21);
        },
      },
    });
    for (let i = 0; i < 8; i += 1) {
      await turn();
      ends.run();
    }
    expect(seen).toEqual(["hello", 42]);
    expect(ends.server.connection.identity).toBe("ada");
    expect(ends.client.isOpen).toBe(true);
    expect(ends.close()).toEqual([]);
  });

  it("are given up after eight rounds, on both sides", () => {
    const ends = new JoinedEnds({ client: { credentials: () => 1 }, server: { authenticate: () => new Challenge(null) } });
    ends.run();
    expect(ends.server.closedWith?.message).toMatch(/no agreement after 8 rounds|closed the connection/);
    expect(ends.client.closedWith?.code).toBe("UNAUTHENTICATED");
    expect(ends.close()).toEqual([]);
  });

  it("that are missing when the server asks end the connection at the client", () => {
    const ends = new JoinedEnds({ server: { authenticate: () => new Challenge(1) } });
    ends.run();
    expect(ends.client.closedWith).toMatchObject({
      code: "UNAUTHENTICATED",
      message: expect.stringContaining("connect() was given none"),
    });
  });

  it("refused with an RpcError reach the client with its code and words", () => {
    const ends = new JoinedEnds({
      server: {
        authenticate: () => {
          throw new RpcError({ code: "PERMISSION_DENIED", message: "not you" });
        },
      },
    });
    ends.run();
    expect(ends.client.closedWith).toMatchObject({ code: "PERMISSION_DENIED", origin: "remote", executed: "no" });
    expect(ends.client.closedWith?.message).toContain("not you");
    expect(ends.close()).toEqual([]);
  });

  it("refused with anything else reach the client without its words", () => {
    for (const thrown of [
      new Error("select * from users"),
      "secret",
      Object.assign(new RpcError({ code: "NOT_FOUND", message: "db-7:5432" }), { origin: "remote" }),
    ]) {
      const ends = new JoinedEnds({
        server: {
          authenticate: () => {
            throw thrown;
          },
        },
      });
      ends.run();
      expect(ends.client.closedWith?.message).toMatch(/could not be made or checked/);
      expect(ends.server.closedWith?.cause).toBe(thrown);
    }
  });

  it("checked by a promise of another library are waited for", async () => {
    let settle: (value: unknown) => void = () => {};
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: what is tested
      then: (resolve: (value: unknown) => void) => {
        settle = resolve;
      },
    };
    const server = new End("server", { authenticate: () => thenable });
    server.transport.receive(magicBytes);
    server.receive(hello());
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.isOpen).toBe(false);
    settle("ada");
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.connection.identity).toBe("ada");
  });

  it("that come back after the time is up open nothing", async () => {
    let settle: (value: unknown) => void = () => {};
    const server = new End("server", { authenticate: () => new Promise((resolve) => (settle = resolve)) });
    server.transport.receive(magicBytes);
    server.receive(hello());
    server.clock.advance(5_000);
    settle("ada");
    await turn();
    expect(server.isOpen).toBe(false);
    expect(server.closes).toBe(1);
  });

  it("are not asked for twice by a peer that hurries", () => {
    const server = new End("server", { authenticate: () => new Promise(() => {}) });
    server.transport.receive(magicBytes);
    server.receive(hello(), { kind: "auth", message: { answer: 1 } });
    expect(server.closedWith?.message).toMatch(/out of turn/);
  });

  it.each([
    ["auth before hello", { kind: "auth", message: { answer: 1 } } as const, /auth before hello/],
    ["a hello that is no document", rawFrame({ kind: 1 }, Buffer.from([1, 2, 3])), /no valid document/],
    ["an auth that is no document", rawFrame({ kind: 2 }, Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 0])), /auth/],
  ])("in the form of %s end the connection", (_name, frame, reason) => {
    const server = new End("server");
    server.transport.receive(Buffer.concat([magicBytes, Buffer.isBuffer(frame) ? frame : encodeFrame(frame)]));
    expect(server.closedWith?.message).toMatch(reason);
    expect(server.closedWith?.code).toBe("INVALID_ARGUMENT");
  });
});

it("tells the version that was chosen", () => {
  const server = new End("server");
  server.transport.receive(magicBytes);
  server.receive(hello({ versions: [1, 7] }));
  expect(server.frames()).toMatchObject([{ kind: "hello", message: { versions: [1, 1] } }]);
});

it("keeps its own keepalive when the peer's offer is absurd", () => {
  const client = openClient(
    { settings: { keepalive: { idleMs: 1_000, timeoutMs: 1_000 } } },
    { keepalive: { idleMs: 2 ** 31, timeoutMs: 2 ** 31 } },
  );
  client.clock.advance(600_000);
  expect(client.frames()).toMatchObject([{ kind: "ping" }]);
  client.clock.advance(60_000);
  expect(client.closedWith?.message).toMatch(/no sign of life/);
});
