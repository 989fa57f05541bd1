/** What keeps a process alive, and what must not: attempts to connect that nobody waits for any more. */

import net from "node:net";
import { afterEach, expect, it } from "vitest";
import { killScripts, startScript } from "../support/child-script.ts";

const servers: net.Server[] = [];

afterEach(async () => {
  await killScripts();
  for (const server of servers.splice(0)) server.close();
});

/** Accepts, and never says a word. */
async function mute(): Promise<number> {
  const server = net.createServer((socket) => socket.on("error", () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return (server.address() as net.AddressInfo).port;
}

it.each(["tcp", "tls"])("a process is not kept by a %s connection in the making that nobody waits for", async (scheme) => {
  const script = startScript(`
    const channel = connect("${scheme}://127.0.0.1:${await mute()}", { connectTimeoutMs: 600_000 });
    await call(channel, "echo", {}, { timeoutMs: 200 }).catch((error) => console.log(error.code));
  `);
  expect(await script.line()).toBe("DEADLINE_EXCEEDED");
  expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
});

it("a process is kept by a call while its connection is made, and by ready()", async () => {
  const script = startScript(`
    const channel = connect("tls://127.0.0.1:${await mute()}", { connectTimeoutMs: 600_000 });
    await Promise.all([
      channel.ready({ timeoutMs: 700 }).catch((error) => console.log("ready", error.code)),
      call(channel, "echo", {}, { timeoutMs: 400 }).catch((error) => console.log("call", error.code)),
    ]);
  `);
  expect(await script.line()).toBe("call DEADLINE_EXCEEDED");
  expect(await script.line()).toBe("ready UNAVAILABLE");
  expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
});
