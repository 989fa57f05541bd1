/**
 * The raw floor: what `node:net` itself can do with Taut's frames. Everything else is measured against it.
 *
 * The same 12-byte header as Taut (`u32 length | u8 kind | u8 flags | u16 method | u32 call id`), one write a turn, bodies encoded
 * before the run, no codec, no promise, no deadline, no check of anything. Blobs are never copied: the client writes its one by
 * reference and reads straight into the final buffer, the server hands back the chunks that came. Like any server that answers
 * messages, it answers a blob when it has all of it.
 */

import { encode } from "../data/encode.mjs";
import { blobMessage, CYCLE_MASK, orderMessages, smallMessages } from "../data/messages.mjs";
import { ARENA_BYTES, dial, HEADER_BYTES, kind, listen, Output, RING_MASK, readFrames } from "./raw-frames.mjs";

const method = { small: 0, order: 1, blob: 2, stream: 3, download: 4 };

/** By method number; a process encodes those that it uses, at first use. */
const encoded = [undefined, undefined];
function bodies(which) {
  encoded[which] ??= (which === method.order ? orderMessages() : smallMessages()).map((value) => encode(value));
  return encoded[which];
}

export const serve = () => listen(answerFrames);

function answerFrames(socket) {
  const output = new Output(socket);
  readFrames(socket, answer, answerParts);

  function answer(chunk, at) {
    const which = chunk[at + 6] | (chunk[at + 7] << 8);
    const id = chunk[at + 8] | (chunk[at + 9] << 8) | (chunk[at + 10] << 16) | (chunk[at + 11] << 24);
    if (which === method.small || which === method.order) {
      output.frame(kind.answer, which, id, bodies(which)[(id >> 1) & CYCLE_MASK]);
    } else if (which === method.stream) {
      stream(id, chunk.readInt32LE(at + HEADER_BYTES));
    } else if (which === method.download) {
      download(id, chunk.readInt32LE(at + HEADER_BYTES), chunk.readInt32LE(at + HEADER_BYTES + 4));
    }
  }

  function answerParts(parts, total) {
    const first = parts[0];
    const which = first.readUInt16LE(6);
    if (which !== method.blob) return answer(Buffer.concat(parts), 0);
    parts[0] = first.subarray(HEADER_BYTES);
    output.parts(kind.answer, which, first.readInt32LE(8), total - HEADER_BYTES, parts);
  }

  async function stream(id, count) {
    const frames = bodies(method.small);
    for (let sent = 0; sent < count; sent++) {
      output.frame(kind.answer, method.stream, id, frames[sent & CYCLE_MASK]);
      if ((sent & 0xff) === 0) await room(ARENA_BYTES);
    }
  }

  async function download(id, count, bytes) {
    const body = encode(blobMessage(bytes));
    for (let sent = 0; sent < count; sent++) {
      output.frame(kind.answer, method.download, id, body);
      await room(ARENA_BYTES);
    }
  }

  function room(highWaterMark) {
    if (socket.destroyed || socket.writableLength < highWaterMark) return;
    return new Promise((resolve) => {
      socket.once("drain", resolve);
      socket.once("close", resolve);
    });
  }
}

export async function connect(port) {
  const { input, output, socket } = await dial(port);
  const blobs = new Map();
  let id = -1;

  function call(which, body, done) {
    id = (id + 2) | 0;
    input.callbacks[(id >> 1) & RING_MASK] = done;
    output.frame(kind.call, which, id, body);
  }
  function blob(bytes) {
    let body = blobs.get(bytes);
    if (body === undefined) {
      body = encode(blobMessage(bytes));
      blobs.set(bytes, body);
    }
    return body;
  }
  function request(...numbers) {
    const body = Buffer.alloc(4 * numbers.length);
    for (const [index, number] of numbers.entries()) body.writeInt32LE(number, 4 * index);
    return body;
  }
  /** Calls `done` after `count` frames. */
  function counted(which, body, count, done) {
    let left = count;
    call(which, body, () => {
      if (--left === 0) done();
    });
  }
  const small = bodies(method.small);
  const promised = (start) => new Promise((resolve) => start(resolve));
  const callbacks = {
    echoSmall: (index, done) => call(method.small, small[index & CYCLE_MASK], done),
    echoOrder: (index, done) => call(method.order, bodies(method.order)[index & CYCLE_MASK], done),
    echoBlob: (value, done) => call(method.blob, blob(value.data.length), done),
    stream: (count, done) => counted(method.stream, request(count), count, done),
    download: (count, bytes, done) => counted(method.download, request(count, bytes), count, done),
  };
  return {
    callbacks,
    echoSmall: (value) => promised((done) => callbacks.echoSmall(value.id / 7919, () => done(value))),
    pingPong: () => ({ exchange: (index, done) => callbacks.echoSmall(index, done), end() {} }),
    close: () => socket.destroy(),
  };
}
