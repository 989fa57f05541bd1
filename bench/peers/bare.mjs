/**
 * What an RPC cannot leave out, on the floor's frames: Taut's generated codec on both sides, a promise a call, an `async` handler.
 *
 * No deadline, no cancellation, no call object, no limit, no error: what it costs more than the floor is the price of messages and
 * promises in JavaScript, what Taut costs more than this is the price of everything else.
 */

import { BenchService } from "../generated/taut/bench/v1/bench.js";
import { dial, HEADER_BYTES, kind, listen, Output, RING_MASK, readFrames } from "./raw-frames.mjs";

const limits = { maxDepth: 64, maxElements: 1_000_000 };
const names = ["echoSmall", "echoOrder"];
const methods = names.map((name) => BenchService.methods.find((method) => method.name === name));
const handlers = [async (request) => request, async (request) => request];

export const serve = () => listen(answerFrames);

function answerFrames(socket) {
  const output = new Output(socket);
  let view = new DataView(new ArrayBuffer(0));
  readFrames(socket, answer, (parts) => answer(Buffer.concat(parts), 0));

  function answer(chunk, at) {
    if (view.buffer !== chunk.buffer || view.byteOffset !== chunk.byteOffset || view.byteLength < chunk.length)
      view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    const number = chunk[at + 6];
    const id = view.getInt32(at + 8, true);
    const { request, response } = methods[number];
    const start = at + HEADER_BYTES;
    const value = request.read(chunk, view, start, start + view.getInt32(at, true), limits);
    handlers[number](value).then((result) => output.message(kind.answer, number, id, response, result, limits));
  }
}

export async function connect(port) {
  const { input, output, socket } = await dial(port);
  let id = -1;
  const caller = (number) => {
    const { request, response } = methods[number];
    return (value) =>
      new Promise((resolve) => {
        id = (id + 2) | 0;
        const place = (id >> 1) & RING_MASK;
        input.callbacks[place] = (buffer, view, start, end) => {
          input.callbacks[place] = undefined;
          resolve(response.read(buffer, view, start, end, limits));
        };
        output.message(kind.call, number, id, request, value, limits);
      });
  };
  return { echoSmall: caller(0), echoOrder: caller(1), close: () => socket.destroy() };
}
