/**
 * `node:http` on the server and undici on the client, JSON in both directions, bytes as a plain body, a stream as lines of JSON.
 *
 * HTTP/1.1 answers one request at a time on a connection: the pool opens as many as there are calls in flight, 64 at most.
 */

import { createServer } from "node:http";
import { Pool } from "undici";
import { smallMessages } from "../data/messages.mjs";

const CONNECTIONS = 64;

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

const handlers = {
  "/echoSmall": async (request) => request,
  "/echoOrder": async (request) => request,
};

export async function serve() {
  const small = smallMessages();
  async function stream(response, count) {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    for (let i = 0; i < count; i++) {
      if (!response.write(`${JSON.stringify(small[i & 0xff])}\n`))
        await new Promise((resolve) => response.once("drain", resolve));
    }
    response.end();
  }
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (request.url === "/echoBlob") {
      response.writeHead(200, { "content-type": "application/octet-stream", "content-length": body.length });
      response.end(body);
    } else if (request.url === "/stream") {
      await stream(response, JSON.parse(body).count);
    } else {
      const text = JSON.stringify(await handlers[request.url](JSON.parse(body)));
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      response.end(text);
    }
  });
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve) => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, resolve));
  return {
    port: server.address().port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function connect(port) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS, keepAliveTimeout: 120_000 });
  const json = { "content-type": "application/json" };
  const unary = (path) => async (request) => {
    const { body } = await pool.request({ path, method: "POST", headers: json, body: JSON.stringify(request) });
    return body.json();
  };
  return {
    echoSmall: unary("/echoSmall"),
    echoOrder: unary("/echoOrder"),
    echoBlob: async (request) => {
      const { body } = await pool.request({ path: "/echoBlob", method: "POST", body: request.data });
      return { data: await body.bytes() };
    },
    async *stream(count) {
      const { body } = await pool.request({ path: "/stream", method: "POST", headers: json, body: JSON.stringify({ count }) });
      let rest = "";
      for await (const chunk of body) {
        const lines = (rest + chunk.toString()).split("\n");
        rest = lines.pop();
        for (const line of lines) yield JSON.parse(line);
      }
    },
    close: () => pool.destroy(),
  };
}
