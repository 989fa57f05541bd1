/** Runs a few lines of TypeScript in a process of its own, against the sources: for everything that ends, kills or stops a process. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Script {
  readonly child: ChildProcess;
  /** Lines that it has printed so far. */
  readonly lines: string[];
  /** The line after the last one that was waited for. */
  line(withinMs?: number): Promise<string>;
  /** How it ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

const running = new Set<ChildProcess>();

/**
 * @param source the body of an ES module; it finds `taut`, `taut/testing` and `taut/health` as built, and PlainService's description
 * under `plain`
 * @param prefix a command that runs it: `ip netns exec NAME`
 */
export function startScript(source: string, args: readonly string[] = [], prefix: readonly string[] = []): Script {
  const folder = mkdtempSync(join(root, "test/.generated/script-"));
  const file = join(folder, "script.mjs");
  writeFileSync(file, `${preamble}\n${source}\n`);
  const [command = process.execPath, ...commandArgs] = [...prefix, process.execPath, file, ...args];
  const child = spawn(command, commandArgs, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const lines: string[] = [];
  let waitedFor = 0;
  let wake = (): void => {};
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code, signal]) => {
    running.delete(child);
    rmSync(folder, { recursive: true, force: true });
    wake();
    return { code, signal, stderr };
  });
  const line = async (withinMs = 10_000): Promise<string> => {
    const end = performance.now() + withinMs;
    while (lines.length <= waitedFor) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the script ended without another line: ${stderr}`);
      const left = end - performance.now();
      if (left <= 0) throw new Error(`no line within ${withinMs} ms: ${stderr}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    waitedFor += 1;
    return lines[waitedFor - 1] as string;
  };
  return { child, lines, line, ended };
}

/** For `afterEach`: whatever a failed test has left. */
export async function killScripts(): Promise<void> {
  for (const child of running) child.kill("SIGKILL");
  await Promise.all([...running].map((child) => once(child, "close")));
}

const preamble = `
import { connect, createServer, gracefulShutdown, RpcError } from "${root}src/dist/index.js";
import { addHealth } from "${root}src/dist/health/index.js";
import { callerOf, defineService } from "${root}src/dist/runtime/v1.js";
import { decodePlainDocument, encodePlainDocument } from "${root}src/dist/bson/plain-document.js";
const codec = {
  name: "test.Plain",
  bound: (value) => encodePlainDocument(value).length,
  write: (buffer, view, offset, value) => offset + encodePlainDocument(value).copy(buffer, offset),
  read: (buffer, view, start, end) => decodePlainDocument(buffer, view, start, end),
};
const kinds = { echo: "unary", echoSafely: "unary", sleep: "unary", sleepSafely: "unary", hang: "unary", fail: "unary", block: "unary", peer: "unary", list: "server-stream", sum: "client-stream", chat: "bidi", tell: "one-way" };
const plain = defineService({
  fullName: "test.v1.Plain",
  fingerprint: "00000000000000aa",
  methods: Object.entries(kinds).map(([name, kind]) => ({
    name, kind, idempotent: name.endsWith("Safely"), request: codec, response: codec, requestItem: "document", result: "document", faults: [],
    invoke: (handler, request, context) => handler[name](request, context),
  })),
});
const sleeping = (request, { signal }) => new Promise((resolve, reject) => {
  const timer = setTimeout(() => resolve(request), Number(request.ms ?? 0));
  signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});
const handler = {
  echo: (request) => request, echoSafely: (request) => request, sleep: sleeping, sleepSafely: sleeping,
  hang: (_request, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve({}), { once: true })),
  fail() { throw new RpcError({ code: "UNAVAILABLE", message: "as asked" }); },
  block({ ms }) { const end = performance.now() + ms; while (performance.now() < end); return {}; },
  peer: (_request, { peer }) => ({ address: peer.address }),
  async *list({ n = Infinity, ms, size = 0 }, { signal }) { for (let i = 0; i < n && !signal.aborted; i += 1) { if (ms) await sleeping({ ms }, { signal }); yield { i, body: new Uint8Array(size) }; } },
  async sum(requests) { let messages = 0; for await (const _ of requests) messages += 1; return { messages }; },
  async *chat(requests) { yield* requests; },
  tell() {},
};
const method = (name) => plain.methods.find((one) => one.name === name);
const call = (channel, name, request = {}, options) => callerOf(channel).unary(method(name), request, options);
`;
