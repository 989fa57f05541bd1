/** Starts a service of the shop as a process, and ends it the way an orchestrator would: SIGTERM, then wait. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { addressVariable, directory, type ServiceName } from "./services/directory.ts";

export interface ShopProcess {
  readonly name: ServiceName;
  readonly url: string;
  readonly pid: number;
  /** Resolves once the process has printed a line like this; rejects when it takes too long. */
  said(line: RegExp): Promise<void>;
  /** Sends SIGTERM and waits for the exit code; null when it had to be killed. */
  stop(): Promise<number | null>;
}

/** How long a process may take to start, and to end after SIGTERM. */
const patienceMs = 15_000;

/** @param onLine called with each line that the process prints after its address */
export async function startProcess(
  name: ServiceName,
  addresses: ReadonlyMap<ServiceName, string>,
  onLine: (line: string) => void,
): Promise<ShopProcess> {
  const peers = directory[name].calls.map((peer) => [addressVariable(peer), addresses.get(peer)]);
  const child = spawn(process.execPath, [fileURLToPath(new URL("./serve.js", import.meta.url)), name], {
    env: { ...process.env, ...Object.fromEntries(peers) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // A demo that fails leaves nobody behind.
  process.once("exit", () => child.kill("SIGKILL"));

  const lines = createInterface({ input: child.stdout });
  const url = await firstLine(name, child, lines);
  const printed: string[] = [];
  lines.on("line", (line) => {
    printed.push(line);
    onLine(line);
  });
  return {
    name,
    url,
    pid: child.pid ?? -1,
    async said(expected) {
      const signal = AbortSignal.timeout(patienceMs);
      while (!printed.some((line) => expected.test(line))) await once(lines, "line", { signal });
    },
    stop: () => stop(child),
  };
}

async function firstLine(name: ServiceName, child: ChildProcess, lines: NodeJS.EventEmitter): Promise<string> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(patienceMs)]);
  try {
    const [line] = await Promise.race([
      once(lines, "line", { signal }),
      once(child, "exit", { signal }).then(([code]) =>
        Promise.reject(new Error(`${name} ended with exit code ${code} before it listened`)),
      ),
    ]);
    return String(line);
  } finally {
    waiting.abort();
  }
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const killer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  clearTimeout(killer);
  return code;
}
