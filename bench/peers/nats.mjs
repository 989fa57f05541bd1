/**
 * NATS request and reply through a `nats-server` of this machine, JSON payloads, bytes as they are, async traces off. The broker's CPU
 * and memory count as the server's. A stream is a run of messages to an inbox: NATS has no flow control there, so the publisher waits for
 * the broker every few hundred messages.
 */

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { availableParallelism, cpus } from "node:os";
import { connect as connectNats, createInbox } from "@nats-io/transport-node";
import { smallMessages } from "../data/messages.mjs";

const FLUSH_EVERY = 512;
const CONNECT_ATTEMPTS = 100;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The broker is a third process: it must not share the core that this one is kept on. */
function onAllCores() {
  const pinned = availableParallelism() < cpus().length;
  return pinned ? ["taskset", "-c", `0-${cpus().length - 1}`] : [];
}

const open = (port) => connectNats({ servers: `127.0.0.1:${port}`, noAsyncTraces: true });

async function openWhenUp(port) {
  for (let i = 0; ; i++) {
    try {
      return await open(port);
    } catch (error) {
      if (i >= CONNECT_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export async function serve() {
  const port = await freePort();
  const path = `${process.env.PATH}:/usr/sbin`;
  const [command, ...args] = [...onAllCores(), "nats-server", "-a", "127.0.0.1", "-p", String(port)];
  const broker = spawn(command, args, {
    stdio: "ignore",
    env: { ...process.env, PATH: path },
  });
  process.on("exit", () => broker.kill("SIGKILL"));
  const connection = await openWhenUp(port);
  const small = smallMessages();
  const echo = async (error, message) => {
    if (error === null) message.respond(JSON.stringify(message.json()));
  };
  connection.subscribe("bench.echoSmall", { callback: echo });
  connection.subscribe("bench.echoOrder", { callback: echo });
  connection.subscribe("bench.echoBlob", { callback: async (_, message) => void message.respond(message.data) });
  const publishAll = (item) => async (_, message) => {
    const request = message.json();
    for (let i = 0; i < request.count; i++) {
      connection.publish(message.reply, item(request, i));
      if (i % FLUSH_EVERY === 0) await connection.flush();
    }
  };
  connection.subscribe("bench.stream", { callback: publishAll((_, index) => JSON.stringify(small[index & 0xff])) });
  connection.subscribe("bench.download", { callback: publishAll(({ bytes }) => Buffer.alloc(bytes, 1)) });
  await connection.flush();
  return {
    port,
    helpers: [broker.pid],
    close: async () => {
      await connection.close();
      broker.kill("SIGKILL");
    },
  };
}

export async function connect(port) {
  const connection = await open(port);
  const options = { timeout: 30_000 };
  const unary = (subject) => async (request) => (await connection.request(subject, JSON.stringify(request), options)).json();
  async function* streaming(subject, request, fromMessage) {
    const inbox = createInbox();
    const messages = connection.subscribe(inbox, { max: request.count });
    connection.publish(subject, JSON.stringify(request), { reply: inbox });
    for await (const message of messages) yield fromMessage(message);
  }
  return {
    echoSmall: unary("bench.echoSmall"),
    echoOrder: unary("bench.echoOrder"),
    echoBlob: async (request) => ({ data: (await connection.request("bench.echoBlob", request.data, options)).data }),
    stream: (count) => streaming("bench.stream", { count }, (message) => message.json()),
    download: (count, bytes) => streaming("bench.download", { count, bytes }, ({ data }) => ({ data })),
    close: () => connection.close(),
  };
}
