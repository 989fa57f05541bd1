import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallTable } from "../../../src/connection/call-table.ts";

interface Entry {
  readonly id: number;
}

describe("the call table", () => {
  it("finds what was added, and nothing else", () => {
    const table = new CallTable<Entry>();
    const call = { id: 7 };
    table.add(call);
    expect(table.get(7)).toBe(call);
    for (const id of [5, 9, 6, 7 + 128, 7 + 2 ** 31, 0]) expect(table.get(id)).toBeUndefined();
    expect(table.delete(call)).toBe(true);
    expect(table.delete(call)).toBe(false);
    expect(table.get(7)).toBeUndefined();
    expect(table.size).toBe(0);
  });

  it("deletes no other call that has taken the same place", () => {
    const table = new CallTable<Entry>();
    const [old, young] = [{ id: 1 }, { id: 1 + 128 }];
    table.add(old);
    table.add(young);
    expect(table.delete(young)).toBe(true);
    expect(table.get(1)).toBe(old);
  });

  it("keeps ids apart that were picked to meet", () => {
    const table = new CallTable<Entry>();
    const all = Array.from({ length: 2_000 }, (_, i) => ({ id: (1 + i * 8_192) >>> 0 }));
    for (const call of all) table.add(call);
    for (const call of all) expect(table.get(call.id)).toBe(call);
    expect(table.all()).toHaveLength(2_000);
    for (const call of all) expect(table.delete(call)).toBe(true);
    expect(table.size).toBe(0);
    expect(table.all()).toEqual([]);
  });

  it("agrees with a Map, whatever is added and deleted", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(400), fc.constantFrom(2, 128, 8_192)), { maxLength: 600 }), (steps) => {
        const table = new CallTable<Entry>();
        const map = new Map<number, Entry>();
        for (const [adds, n, stride] of steps) {
          const id = (1 + n * stride) >>> 0;
          const present = map.get(id);
          if (adds && present === undefined) {
            const call = { id };
            table.add(call);
            map.set(id, call);
          } else if (!adds && present !== undefined) {
            expect(table.delete(present)).toBe(true);
            map.delete(id);
          }
          expect(table.get(id)).toBe(map.get(id));
          expect(table.size).toBe(map.size);
        }
        expect(new Set(table.all())).toEqual(new Set(map.values()));
      }),
    );
  });

  it("may lose calls while it is walked", () => {
    const table = new CallTable<Entry>();
    for (let i = 0; i < 10; i += 1) table.add({ id: 1 + 2 * i });
    for (const call of table.all()) table.delete(call);
    expect(table.size).toBe(0);
  });
});
