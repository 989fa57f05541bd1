/**
 * Two network namespaces joined by a cable of their own (veth): machines whose cable a test may pull and whose packets it may lose.
 * Needs Linux, root and iproute2; `whyNoNamespaces` says what is missing.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** They lie where the paths of users who are not root seldom lead. */
const [ip, tc] = ["ip", "tc"].map(
  (name) => ["/usr/sbin", "/sbin"].map((folder) => `${folder}/${name}`).find(existsSync) ?? name,
) as [string, string];

function run(command: string, ...args: string[]): { ok: boolean; error: string } {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  return { ok: status === 0, error: error?.message ?? String(stderr).trim() };
}

function mustRun(command: string, ...args: string[]): void {
  const { ok, error } = run(command, ...args);
  if (!ok) throw new Error(`${command} ${args.join(" ")}: ${error}`);
}

export interface Missing {
  readonly reason: string;
  /** A package would help, so CI has to install it. */
  readonly isPackage: boolean;
}

/** What this machine lacks for namespaces; undefined where they can be made. */
export function whyNoNamespaces(): Missing | undefined {
  if (process.platform !== "linux") return { reason: "network namespaces are Linux's", isPackage: false };
  if (!run(ip, "-V").ok) return { reason: "there is no ip command (Debian: iproute2)", isPackage: true };
  const name = `taut-try-${process.pid}`;
  const made = run(ip, "netns", "add", name);
  if (!made.ok) return { reason: `ip netns add: ${made.error}`, isPackage: false };
  const cable = run(ip, "-n", name, "link", "add", "name", "cable", "type", "veth", "peer", "name", "other");
  run(ip, "netns", "del", name);
  return cable.ok ? undefined : { reason: `veth: ${cable.error}`, isPackage: false };
}

/** Whether the kernel can delay and lose packets; needs namespaces. */
export function hasNetem(): boolean {
  const name = `taut-tc-${process.pid}`;
  mustRun(ip, "netns", "add", name);
  const { ok } = run(tc, "-n", name, "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms");
  run(ip, "netns", "del", name);
  return ok;
}

type End = "client" | "server";

export class JoinedNamespaces {
  readonly serverAddress = "10.213.77.2";
  readonly #prefix: string;

  constructor() {
    this.#prefix = `taut-${process.pid}`;
    for (const end of ["client", "server"] as const) {
      mustRun(ip, "netns", "add", this.#name(end));
      mustRun(ip, "-n", this.#name(end), "link", "set", "lo", "up");
    }
    mustRun(
      ip,
      "link",
      "add",
      "name",
      "cable",
      "netns",
      this.#name("client"),
      "type",
      "veth",
      "peer",
      "name",
      "cable",
      "netns",
      this.#name("server"),
    );
    for (const [end, address] of [
      ["client", "10.213.77.1/30"],
      ["server", "10.213.77.2/30"],
    ] as const) {
      mustRun(ip, "-n", this.#name(end), "addr", "add", address, "dev", "cable");
      mustRun(ip, "-n", this.#name(end), "link", "set", "cable", "up");
    }
  }

  #name(end: End): string {
    return `${this.#prefix}-${end}`;
  }

  /** What a command has to begin with to run there. */
  inside(end: End): string[] {
    return [ip, "netns", "exec", this.#name(end)];
  }

  pullCable(): void {
    mustRun(ip, "-n", this.#name("client"), "link", "set", "cable", "down");
  }

  plugIn(): void {
    mustRun(ip, "-n", this.#name("client"), "link", "set", "cable", "up");
  }

  /** `tc netem` on both ends: "delay 30ms 10ms loss 2%". */
  shape(...netem: string[]): void {
    for (const end of ["client", "server"] as const) {
      mustRun(tc, "-n", this.#name(end), "qdisc", "add", "dev", "cable", "root", "netem", ...netem);
    }
  }

  remove(): void {
    for (const end of ["client", "server"] as const) run(ip, "netns", "del", this.#name(end));
  }
}
