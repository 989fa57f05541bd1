/**
 * The raw floor: what `node:net` itself can do with Taut's frames. Everything else is measured against it.
 *
 * The same 12-byte header as Taut (`u32 length | u8 kind | u8 flags | u16 method | u32 call id`), one write a turn, bodies encoded
 * before the run, no codec, no promise, no deadline, no check of anything. Blobs are never copied: the client writes its one by
 * reference and reads straight into the final buffer, the server hands back the chunks that came. Like any server that answers
 * messages, it answers a blob when it has all of it.
 */

import { connect as connectSocket, createServer } from "node:net";
import { encode } from "../data/encode.mjs";
import { blobMessage, CYCLE_MASK, orderMessages, smallMessages } from "../data/messages.mjs";

const HEADER_BYTES = 12;
const ARENA_BYTES = 64 * 1024;
/** From here on a body is written by reference. */
const BY_REFERENCE_BYTES = 32 * 1024;
/** Calls in flight at most: callbacks stand in a ring. */
const RING_MASK = 0x3fff;

const method = { small: 0, order: 1, blob: 2, stream: 3, download: 4 };
const kind = { call: 1, answer: 2 };

/** By method number; a process encodes those that it uses, at first use. */
const encoded = [undefined, undefined];
function bodies(which) {
  encoded[which] ??= (which === method.order ? orderMessages() : smallMessages()).map((value) => encode(value));
  return encoded[which];
}

/** Arenas that no connection is writing from: an idle connection holds none. */
const freeArenas = [];

function takeArena() {
  const free = freeArenas.pop();
  if (free !== undefined) return free;
  const bytes = Buffer.allocUnsafeSlow(ARENA_BYTES);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Frames of one turn in one write. The arena is free again at once when the kernel took everything. */
class Output {
  #socket;
  #arena;
  #start = 0;
  #end = 0;
  #isScheduled = false;
  #flush = () => this.flush();

  constructor(socket) {
    this.#socket = socket;
  }

  frame(frameKind, frameMethod, id, body) {
    const bytes = body.length;
    if (bytes >= BY_REFERENCE_BYTES) return this.parts(frameKind, frameMethod, id, bytes, [body]);
    this.#header(frameKind, frameMethod, id, bytes, HEADER_BYTES + bytes);
    this.#arena.bytes.set(body, this.#end);
    this.#end += bytes;
  }

  /** A frame whose body is in pieces, none of them copied. */
  parts(frameKind, frameMethod, id, bytes, parts) {
    this.#header(frameKind, frameMethod, id, bytes, HEADER_BYTES);
    this.#socket.cork();
    this.flush();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }

  #header(frameKind, frameMethod, id, bytes, room) {
    if (this.#end + room > ARENA_BYTES) this.#renew();
    this.#arena ??= takeArena();
    const { view } = this.#arena;
    view.setInt32(this.#end, bytes, true);
    view.setInt32(this.#end + 4, frameKind | (frameMethod << 16), true);
    view.setInt32(this.#end + 8, id, true);
    this.#end += HEADER_BYTES;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      process.nextTick(this.#flush);
    }
  }

  /** The full arena belongs to the socket now. */
  #renew() {
    this.flush();
    this.#arena = undefined;
    this.#start = this.#end = 0;
  }

  flush() {
    this.#isScheduled = false;
    if (this.#end === this.#start) return;
    this.#socket.write(this.#arena.bytes.subarray(this.#start, this.#end));
    this.#start = this.#end;
    if (this.#socket.writableLength === 0) {
      freeArenas.push(this.#arena);
      this.#arena = undefined;
      this.#start = this.#end = 0;
    }
  }
}

export async function serve() {
  const sockets = new Set();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    answerFrames(socket);
  });
  await new Promise((resolve) => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, resolve));
  return {
    port: server.address().port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function answerFrames(socket) {
  const output = new Output(socket);
  /** The pieces of a frame that has not come whole. */
  let waiting = [];
  let have = 0;

  socket.on("data", (chunk) => {
    let at = 0;
    if (have > 0) {
      if (have < HEADER_BYTES) {
        chunk = Buffer.concat([...waiting, chunk]);
        waiting = [];
        have = 0;
      } else {
        const missing = HEADER_BYTES + waiting[0].readUInt32LE(0) - have;
        if (chunk.length < missing) {
          waiting.push(chunk);
          have += chunk.length;
          return;
        }
        waiting.push(chunk.subarray(0, missing));
        at = missing;
        answerParts(waiting, have + missing);
        waiting = [];
        have = 0;
      }
    }
    while (chunk.length - at >= HEADER_BYTES) {
      const bytes = chunk[at] | (chunk[at + 1] << 8) | (chunk[at + 2] << 16) | (chunk[at + 3] << 24);
      const end = at + HEADER_BYTES + bytes;
      if (end > chunk.length) break;
      answer(chunk, at);
      at = end;
    }
    if (at < chunk.length) {
      waiting = [chunk.subarray(at)];
      have = chunk.length - at;
    }
  });

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
  const input = new Input();
  const socket = connectSocket({
    host: "127.0.0.1",
    port,
    noDelay: true,
    onread: { buffer: () => input.target(), callback: (bytes) => input.received(bytes) },
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const output = new Output(socket);
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

/** Finds frames in what the socket delivers, and calls back with each. */
class Input {
  /** A ring that grows to its size as it is used. */
  callbacks = [];
  #small = Buffer.allocUnsafeSlow(ARENA_BYTES);
  #view = new DataView(this.#small.buffer);
  #fill = 0;
  /** The frame that is larger than the buffer: the kernel reads into its final place. */
  #big;

  target() {
    if (this.#big !== undefined) return this.#big.subarray(this.#fill);
    return this.#fill === 0 ? this.#small : this.#small.subarray(this.#fill);
  }

  received(bytes) {
    this.#fill += bytes;
    if (this.#big !== undefined) {
      if (this.#fill < this.#big.length) return true;
      const id = this.#big.readInt32LE(8);
      this.#big = undefined;
      this.#fill = 0;
      this.callbacks[(id >> 1) & RING_MASK]();
      return true;
    }
    const view = this.#view;
    const end = this.#fill;
    let at = 0;
    while (end - at >= HEADER_BYTES) {
      const length = view.getInt32(at, true);
      if (at + HEADER_BYTES + length > end) break;
      this.callbacks[(view.getInt32(at + 8, true) >> 1) & RING_MASK]();
      at += HEADER_BYTES + length;
    }
    this.#keep(at, end);
    return true;
  }

  #keep(at, end) {
    this.#fill = end - at;
    if (this.#fill === 0) return;
    if (this.#fill >= HEADER_BYTES) {
      const whole = HEADER_BYTES + this.#view.getInt32(at, true);
      if (whole > ARENA_BYTES) {
        this.#big = Buffer.allocUnsafeSlow(whole);
        this.#small.copy(this.#big, 0, at, end);
        return;
      }
    }
    if (at > 0) this.#small.copyWithin(0, at, end);
  }
}
