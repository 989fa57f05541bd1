/**
 * Real packets that do not arrive: client and server in network namespaces of their own, with a cable between them that the test pulls.
 * Needs root and iproute2; skips where the machine has no namespaces and says why. In CI, which installs it, iproute2 must be there.
 */

import { afterEach, describe, expect, it } from "vitest";
import { killScripts, type Script, startScript } from "../support/child-script.ts";
import { hasNetem, JoinedNamespaces, whyNoNamespaces } from "../support/namespaces.ts";

const missing = whyNoNamespaces();
const netem = missing === undefined && hasNetem();

let joined: JoinedNamespaces | undefined;

afterEach(async () => {
  await killScripts();
  joined?.remove();
  joined = undefined;
});

interface Joined {
  readonly namespaces: JoinedNamespaces;
  readonly server: Script;
  readonly url: string;
}

async function join(serverOptions = ""): Promise<Joined> {
  const namespaces = new JoinedNamespaces();
  joined = namespaces;
  const server = startScript(
    `
    const runs = new Map();
    const count = (request) => { runs.set(request.id, (runs.get(request.id) ?? 0) + 1); return request; };
    const server = createServer({ ${serverOptions} }).add(plain, { ...handler, echo: count, echoSafely: count, fail: () => ({ twice: [...runs.values()].filter((n) => n > 1).length }) });
    const { port } = await server.listen("${namespaces.serverAddress}:0");
    console.log(port);
    let connections = 0;
    setInterval(() => {
      if (server.stats().connections === connections) return;
      connections = server.stats().connections;
      console.log("connections " + connections);
    }, 20);
  `,
    [],
    namespaces.inside("server"),
  );
  return { namespaces, server, url: `${namespaces.serverAddress}:${await server.line()}` };
}

/** Runs a client in its namespace; `channel` is there. */
function startClient({ namespaces, url }: Joined, options: string, source: string): Script {
  return startScript(`const channel = connect("${url}", { ${options} });\n${source}`, [], namespaces.inside("client"));
}

const impatient = "keepalive: { idleMs: 300, timeoutMs: 300 }";

const skipped = missing === undefined ? "" : ` (skipped: ${missing.reason})`;
const unshaped = netem ? "" : " (skipped: the kernel has no netem)";

describe(`packets between namespaces${skipped}`, () => {
  it.runIf(process.env.CI !== undefined)("are tried in CI wherever a package is all that would be missing", () => {
    expect(missing?.isPackage === true ? missing.reason : undefined).toBeUndefined();
  });

  it.skipIf(missing !== undefined)(
    `show a pulled cable to both ends, and calls go on when it is back (${missing?.reason ?? "here"})`,
    async () => {
      const both = await join(impatient);
      const client = startClient(
        both,
        `${impatient}, reconnect: { maxMs: 500 }`,
        `
      await call(channel, "echo");
      console.log("connected");
      const began = performance.now();
      const error = await call(channel, "hang", {}, { timeoutMs: 60_000 }).catch((reason) => reason);
      console.log(JSON.stringify({ code: error.code, executed: error.executed, ms: performance.now() - began }));
      const answer = await call(channel, "echo", { again: true }, { waitForReady: true, timeoutMs: 60_000 });
      console.log(JSON.stringify(answer));
      await channel.close();
    `,
      );
      expect(await client.line()).toBe("connected");
      expect(await both.server.line()).toBe("connections 1");
      both.namespaces.pullCable();
      const lost = JSON.parse(await client.line(20_000)) as { code: string; executed: string; ms: number };
      expect(lost).toMatchObject({ code: "UNAVAILABLE", executed: "maybe" });
      expect(await both.server.line(20_000)).toBe("connections 0");
      both.namespaces.plugIn();
      expect(JSON.parse(await client.line(30_000))).toEqual({ again: true });
      expect(await client.ended).toMatchObject({ code: 0, stderr: "" });
    },
    120_000,
  );

  it.skipIf(missing !== undefined)(
    "that are lost while connecting fail the call in connectTimeoutMs; the way back is found soon",
    async () => {
      const both = await join();
      both.namespaces.pullCable();
      const client = startClient(
        both,
        "connectTimeoutMs: 1_000, reconnect: { maxMs: 500 }",
        `
      const error = await call(channel, "echo", {}, { timeoutMs: 60_000 }).catch((reason) => reason);
      console.log(JSON.stringify({ code: error.code, executed: error.executed }));
      const answer = await call(channel, "echo", { again: true }, { waitForReady: true, timeoutMs: 60_000 });
      console.log(JSON.stringify(answer));
      await channel.close();
    `,
      );
      expect(JSON.parse(await client.line(20_000))).toEqual({ code: "UNAVAILABLE", executed: "no" });
      both.namespaces.plugIn();
      expect(JSON.parse(await client.line(30_000))).toEqual({ again: true });
      expect(await client.ended).toMatchObject({ code: 0, stderr: "" });
    },
    120_000,
  );

  it.skipIf(missing !== undefined)(
    "that are lost for a moment cost no call: TCP repairs it",
    async () => {
      const both = await join();
      const client = startClient(
        both,
        "",
        `
      await call(channel, "echo");
      console.log("connected");
      let failed = 0;
      for (let id = 1; id <= 300; id += 1) await call(channel, "echo", { id }, { timeoutMs: 60_000 }).catch(() => { failed += 1; });
      console.log(JSON.stringify({ failed, ...await call(channel, "fail") }));
      await channel.close();
    `,
      );
      expect(await client.line()).toBe("connected");
      both.namespaces.pullCable();
      await new Promise((resolve) => setTimeout(resolve, 700));
      both.namespaces.plugIn();
      expect(JSON.parse(await client.line(60_000))).toEqual({ failed: 0, twice: 0 });
      expect(await client.ended).toMatchObject({ code: 0, stderr: "" });
    },
    120_000,
  );

  it.skipIf(!netem)(
    `may be late, lost, doubled and out of order: every call is answered, none runs twice${unshaped}`,
    async () => {
      const both = await join();
      both.namespaces.shape("delay", "20ms", "10ms", "loss", "3%", "duplicate", "2%", "reorder", "10%");
      const client = startClient(
        both,
        "",
        `
      let failed = 0;
      await Promise.all(Array.from({ length: 32 }, async (_, caller) => {
        for (let n = 1; n <= 30; n += 1) await call(channel, "echo", { id: caller * 1_000 + n }, { timeoutMs: 60_000 }).catch(() => { failed += 1; });
      }));
      console.log(JSON.stringify({ failed, ...await call(channel, "fail", {}, { timeoutMs: 60_000 }) }));
      await channel.close();
    `,
      );
      expect(JSON.parse(await client.line(110_000))).toEqual({ failed: 0, twice: 0 });
      expect(await client.ended).toMatchObject({ code: 0, stderr: "" });
    },
    120_000,
  );
});
