/** PROTOCOL.md's tables of limits and budgets say what the product holds. */

import { describe, expect, it } from "vitest";
import { maxErrorTextBytes } from "../../src/connection/failure-document.ts";
import {
  connectionWindowBytes,
  defaultLimits,
  fragmentBytes,
  maxFragmentedMessages,
  maxQueuedControlFrames,
  streamWindowBytes,
} from "../../src/connection/limits.ts";
import { backlogBytes, outputBoundBytes } from "../../src/connection/request-backlog.ts";
import { completeServerOptions } from "../../src/server/server-options.ts";
import { tableBelow } from "../support/protocol-tables.ts";

const { settings } = completeServerOptions();

const held: Readonly<Record<string, number>> = {
  ...defaultLimits,
  fragmentBytes,
  streamWindowBytes,
  connectionWindowBytes,
  "messages in fragments": maxFragmentedMessages,
  handshakeTimeoutMs: settings.handshakeTimeoutMs,
  "error text": maxErrorTextBytes,
  "control replies queued": maxQueuedControlFrames,
  "output before new handlers wait": outputBoundBytes,
  "requests that wait for that": backlogBytes,
};

const units: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 * 1024, s: 1_000 };

/** "4 MiB", "5 s", "8 a direction", "1,024". */
function numberOf(text: string): number {
  const [number = "", unit = ""] = text.split(" ");
  return Number(number.replaceAll(",", "")) * (units[unit] ?? 1);
}

const rows = ["## Limits", "## Budgets"].flatMap((heading) =>
  [...tableBelow(heading)].flatMap(([names, cells]) => {
    const values = (cells.get("default") as string).split(", ");
    return names.split(", ").map((name, i): [string, string] => [name.replaceAll("`", ""), values[i] as string]);
  }),
);

describe("PROTOCOL.md's limits", () => {
  it.each(rows.filter(([name]) => name !== "maxStreams" && name !== "auth rounds"))("%s is %s", (name, text) => {
    expect(numberOf(text)).toBe(held[name]);
  });

  it("has three quarters of maxCalls for streams", () => {
    expect(settings.maxStreams).toBe(defaultLimits.maxCalls * 0.75);
  });

  it("names all that a connection is held to", () => {
    const clientOnly = ["maxQueuedCalls", "maxQueuedBytes"];
    for (const name of Object.keys(defaultLimits).filter((one) => !clientOnly.includes(one))) {
      expect(rows.map(([row]) => row)).toContain(name);
    }
  });
});
