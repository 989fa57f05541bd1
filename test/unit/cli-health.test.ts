/** `taut health` as a shell sees it, where it is called wrongly or left early. What it asks is tested with the health service. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer } from "taut";
import { addHealth } from "taut/health";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTaut } from "./cli-process.ts";

const certificate = (name: string): string => fileURLToPath(new URL(`../support/certificates/${name}`, import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taut-health-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const nobody = "127.0.0.1:1";

async function refused(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await startTaut(["health", ...args], { cwd: folder }).outcome;
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  const [reason, help, ...rest] = stderr.split("\n");
  expect([help, ...rest]).toEqual(["taut health --help says how", ""]);
  return reason ?? "";
}

describe("wrong usage of taut health exits 2 with one line of reason", () => {
  test.each<[string, readonly string[], string]>([
    ["no target", [], "a target is needed: taut health host:port"],
    ["an empty target", [""], "target must not be empty"],
    ["an empty service", [nobody, ""], "service must not be empty"],
    ["two authorities", [nobody, "--ca", "a", "--ca", "b"], "ca is given more than once"],
    ["two timeouts", [nobody, "--timeout", "1", "--timeout", "2"], "timeout is given more than once"],
    ["a forgotten file", [nobody, "--ca", "--tls"], "ca must not be empty"],
    ["a certificate without a key", [nobody, "--cert", "a.pem"], "--cert and --key go together"],
    ["a key without a certificate", [nobody, "--key", "a.pem"], "--cert and --key go together"],
  ])("%s", async (_what, args, words) => {
    expect(await refused(...args)).toBe(`taut: ${words}`);
  });

  test("files that are not there, or hold no PEM, are named with their flag", async () => {
    writeFileSync(join(folder, "garbage.pem"), "garbage\n");
    const cert = certificate("client.pem");
    const key = certificate("client.key");
    expect(await refused(nobody, "--ca", "none.pem")).toContain("--ca none.pem cannot be read: ENOENT");
    expect(await refused(nobody, "--ca", ".")).toContain("--ca . cannot be read: EISDIR");
    expect(await refused(nobody, "--ca", "garbage.pem")).toContain("--ca garbage.pem holds no certificate in PEM");
    expect(await refused(nobody, "--ca", key)).toContain(`--ca ${key} holds no certificate in PEM`);
    expect(await refused(nobody, "--cert", "garbage.pem", "--key", key)).toContain("--cert garbage.pem holds no certificate");
    expect(await refused(nobody, "--cert", cert, "--key", "garbage.pem")).toContain("--key garbage.pem holds no private key");
  });

  test("a key of another certificate", async () => {
    const [cert, key] = [certificate("client.pem"), certificate("server.key")];
    expect(await refused(nobody, "--cert", cert, "--key", key)).toContain(
      `--cert ${cert} and --key ${key} do not belong together`,
    );
  });
});

test("files that fit are used", async () => {
  const args = ["--ca", certificate("ca.pem"), "--cert", certificate("client.pem"), "--key", certificate("client.key")];
  const { status, stderr } = await startTaut(["health", nobody, ...args], { cwd: folder }).outcome;
  expect(status).toBe(14);
  expect(stderr).toContain("ECONNREFUSED");
});

test("a reader who has left ends a watch with 0 and without a word", async () => {
  const server = createServer();
  const health = addHealth(server);
  try {
    const { url } = await server.listen("127.0.0.1:0");
    const { child, outcome } = startTaut(["health", url, "--watch"]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdout.destroy();
    health.set("NOT_SERVING");
    expect(await outcome).toEqual({ status: 0, stdout: "SERVING\n", stderr: "" });
  } finally {
    await server.close();
  }
});
