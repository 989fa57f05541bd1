/** A reader that is asked again and again, as `--watch` does. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createReader, readSchemas } from "../../codegen/read/index.ts";
import { schemaPath, schemaText, writeLargeSchemas } from "./emit-large-schemas.ts";
import { codesOf, inFolder, messageFields, writeInto } from "./read-source.ts";

describe("a reader", () => {
  it("sees what changed, came and went", () => {
    inFolder({ "a/x.ts": "export interface X { a: string }" }, (root) => {
      const reader = createReader({ root });
      expect(reader.update([]).model.files.map(({ path }) => path)).toEqual(["a/x"]);

      writeInto(root, { "a/x.ts": "export interface X { a: number }" });
      expect(messageFields(reader.update([join(root, "a/x.ts")]).model, "X", "a/x")[0]?.type.kind).toBe("number");

      writeInto(root, { "b/y.ts": 'import type { X } from "../a/x.ts"; export interface Y { x: X }' });
      expect(reader.update([join(root, "b/y.ts")]).model.files.map(({ path }) => path)).toEqual(["a/x", "b/y"]);

      rmSync(join(root, "a/x.ts"));
      const gone = reader.update([join(root, "a/x.ts")]);
      expect(gone.model.files.map(({ path }) => path)).toEqual(["b/y"]);
      expect(codesOf(gone.diagnostics)).toContain("TAUT1002");

      writeInto(root, { "a/x.ts": "export interface X { a: Date }" });
      const back = reader.update([join(root, "a/x.ts")]);
      expect(back.diagnostics).toEqual([]);
      expect(back).toEqual(readSchemas({ root }));
    });
  });

  it("sees a change of a file beside the root that a schema imports", () => {
    inFolder(
      { "schemas/x.ts": 'import type { T } from "../own.ts"; export interface X { t: T }', "own.ts": "export type T = string" },
      (folder) => {
        const reader = createReader({ root: join(folder, "schemas") });
        expect(messageFields(reader.update([]).model, "X", "x")[0]?.type.kind).toBe("string");
        writeInto(folder, { "own.ts": "export type T = number" });
        expect(messageFields(reader.update([join(folder, "own.ts")]).model, "X", "x")[0]?.type.kind).toBe("number");
      },
    );
  });

  it("goes on after a schema that does not parse", () => {
    inFolder({ "x.ts": "export interface X { a: " }, (root) => {
      const reader = createReader({ root });
      expect(reader.update([]).diagnostics.some(({ severity }) => severity === "error")).toBe(true);
      writeInto(root, { "x.ts": "export interface X { a: string }" });
      expect(reader.update([join(root, "x.ts")]).diagnostics).toEqual([]);
    });
  });
});

/** Milliseconds of processor time: tests share their machine, so the clock on the wall says more about the others. */
function busyMs(task: () => void): number {
  const before = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe("a hundred services of ten methods with three hundred messages", () => {
  it("are read in seconds, and again in a moment", { timeout: 60_000 }, () => {
    inFolder({}, (root) => {
      writeLargeSchemas(root);
      const reader = createReader({ root });
      const coldMs = busyMs(() => {
        const { model, diagnostics } = reader.update([]);
        expect(diagnostics).toEqual([]);
        expect(model.files.flatMap(({ services }) => services)).toHaveLength(100);
      });
      const warmMs = Array.from({ length: 4 }, (_, round) => {
        const path = schemaPath(round * 7);
        writeInto(root, { [path]: schemaText(round * 7).replace("name: string;", `name: string; added${round}: string;`) });
        return busyMs(() => expect(reader.update([join(root, path)]).diagnostics).toEqual([]));
      });
      // Promised are 4 s and 500 ms on a quiet machine; on a busy one the same work takes more of the processor's time, too.
      expect(coldMs).toBeLessThan(8_000);
      expect(Math.min(...warmMs)).toBeLessThan(1_000);
    });
  });
});
