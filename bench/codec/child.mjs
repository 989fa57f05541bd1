/**
 * One measurement in a process of its own: `child.mjs '{"type","library","condition"?,"windows","windowMs","warmMs"}'`.
 *
 * Prints `{"encode","decode"}` in nanoseconds: the fastest of the windows, each of which works through all values many times.
 */

import { Buffer } from "node:buffer";
import { conditions, documentsOf } from "./conditions.mjs";
import { asDecoded, libraries } from "./libraries.mjs";
import { makeMessages } from "./messages.mjs";

const options = JSON.parse(process.argv[2]);
const made = makeMessages(options.type);
const messages = options.type.endsWith("-decoded") ? await asDecoded(options.type, made) : made;
const library = await libraries[options.library](options.type, messages);
let { decode, inputs } = library;
if (options.condition !== undefined) ({ decode, inputs } = await underCondition());

/** The decoder fed with documents of a condition. */
async function underCondition() {
  if (conditions[options.condition] === undefined) throw new Error(`no condition ${options.condition}`);
  const documents = documentsOf(options.condition, messages);
  if (options.library !== "taut") return { decode: library.decode, inputs: documents.map((bytes) => Buffer.from(bytes)) };
  const memory = Buffer.allocUnsafeSlow(documents.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(memory.buffer);
  let at = 0;
  const places = documents.map((bytes) => {
    memory.set(bytes, at);
    at += bytes.length;
    return { start: at - bytes.length, end: at };
  });
  return { decode: (place) => library.decodeIn(memory, view, place), inputs: places };
}

/** What `run` costs a value, in nanoseconds, as the best window has it. */
function measure(run, values) {
  let sink = 0;
  const turn = () => {
    for (let i = 0; i < values.length; i++) {
      const result = run(values[i]);
      sink += result === undefined ? 0 : 1;
    }
  };
  const until = (ms) => {
    const start = process.hrtime.bigint();
    let turns = 0;
    let now = start;
    const end = start + BigInt(ms) * 1_000_000n;
    do {
      turn();
      turns++;
      now = process.hrtime.bigint();
    } while (now < end);
    return Number(now - start) / (turns * values.length);
  };
  until(options.warmMs);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < options.windows; i++) best = Math.min(best, until(options.windowMs));
  if (sink < 0) throw new Error("unreachable");
  return best;
}

/**
 * What `encode` costs a value that it never saw before, in nanoseconds, as the best window has it. Making the values is not counted; that
 * strings in several pieces are joined when they are first read is.
 */
function measureFirst(encode) {
  let sink = 0;
  const until = (ms) => {
    let count = 0;
    let ns = 0;
    while (ns < ms * 1_000_000) {
      const values = makeMessages(options.type);
      const start = process.hrtime.bigint();
      for (let i = 0; i < values.length; i++) sink += encode(values[i]) === undefined ? 0 : 1;
      ns += Number(process.hrtime.bigint() - start);
      count += values.length;
    }
    return ns / count;
  };
  until(options.warmMs / 2);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < options.windows; i++) best = Math.min(best, until(options.windowMs / 4));
  if (sink < 0) throw new Error("unreachable");
  return best;
}

const result = { decode: measure(decode, inputs) };
if (options.type.endsWith("-concatenated")) result.encode = measureFirst(library.encode);
else if (options.condition === undefined) result.encode = measure(library.encode, library.values);
process.stdout.write(`${JSON.stringify(result)}\n`);
