/**
 * Why a codec is fast in one window and slow in the next: `node bench/codec/stability.mjs [windows]`, after `npm run bench:codec`.
 *
 * Between windows of 10 ms of encoding orders it times two loops that touch no memory: one whose every step waits for the last, and
 * one of eight chains that wait for nothing. A program that lost its core slows both; one that shares the core's units with the
 * sibling hyperthread slows the second alone. Prints the windows that took 1.3 times the best, with how much slower the loops were
 * and which part of a core the process had.
 */

import { Buffer } from "node:buffer";
import { makeMessages } from "./messages.mjs";

const { CodecsService } = await import(new URL("../generated/codec/codec/v1/codec.js", import.meta.url).href);
const codec = CodecsService.methods.find(({ name }) => name === "order").request;
const messages = makeMessages("order");
const limits = { maxDepth: 64, maxElements: 1_000_000 };
const arena = Buffer.allocUnsafeSlow(65_536);
const view = new DataView(arena.buffer);
let at = 0;
let sink = 0;

function encode() {
  for (const message of messages) {
    if (at + codec.bound(message, limits) > arena.length) at = 0;
    at = codec.write(arena, view, at, message, limits);
  }
}

function chain() {
  let x = 1;
  for (let i = 0; i < 100_000; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0;
  sink += x & 1;
}

function chains() {
  let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8];
  for (let i = 0; i < 30_000; i++) {
    a = (a + i) | 0;
    b = (b ^ i) | 0;
    c = (c + 3) | 0;
    d = (d ^ 5) | 0;
    e = (e + i) | 0;
    f = (f ^ i) | 0;
    g = (g + 7) | 0;
    h = (h ^ i) | 0;
  }
  sink += (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h) & 1;
}

/** Nanoseconds a turn, and the part of a core that the process had meanwhile. */
function time(run, ms) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const end = start + BigInt(ms) * 1_000_000n;
  let turns = 0;
  let now = start;
  for (; now < end; now = process.hrtime.bigint()) {
    run();
    turns++;
  }
  const { user, system } = process.cpuUsage(cpu);
  const ns = Number(now - start);
  return { ns: ns / turns, core: ((user + system) * 1000) / ns };
}

for (const run of [encode, chain, chains]) time(run, 500);
const windows = Array.from({ length: Number(process.argv[2] ?? 300) }, () => {
  const before = time(chains, 2);
  const waiting = time(chain, 2);
  const codecs = time(encode, 10);
  const after = time(chains, 2);
  return { codec: codecs.ns, core: codecs.core, chain: waiting.ns, chains: Math.min(before.ns, after.ns) };
});
const best = (key) => Math.min(...windows.map((window) => window[key]));
const slow = windows.filter(({ codec: ns }) => ns > best("codec") * 1.3);
process.stdout.write(`${process.version}: best ${(best("codec") / messages.length).toFixed(0)} ns an order\n`);
process.stdout.write(
  `${slow.length} of ${windows.length} windows took 1.3 times that; times slower: order, one chain, eight chains; core\n`,
);
for (const window of slow) {
  const times = ["codec", "chain", "chains"].map((key) => (window[key] / best(key)).toFixed(2).padStart(7));
  process.stdout.write(`${times.join("")} ${window.core.toFixed(2).padStart(7)}\n`);
}
if (sink < 0) throw new Error("unreachable");
