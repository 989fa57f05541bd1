/** Real services read without a word. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { SchemaModel } from "../../codegen/model/schema-model.ts";
import { readSchemas } from "../../codegen/read/index.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

function read(root: string): SchemaModel {
  const { model, diagnostics } = readSchemas({ root: join(here, root) });
  expect(diagnostics).toEqual([]);
  return model;
}

/** `shop.v1.CartService: AddItem unary, ...` */
function kinds(model: SchemaModel): Record<string, Record<string, number>> {
  return Object.fromEntries(
    model.files
      .flatMap((file) => file.services)
      .map((service) => {
        const counts: Record<string, number> = {};
        for (const { kind } of service.methods) counts[kind] = (counts[kind] ?? 0) + 1;
        return [service.fullName, counts];
      }),
  );
}

describe("the schemas of the shop", () => {
  it("are nine services of fifteen unary methods and two that stream", () => {
    const services = kinds(read("../../schemas"));
    const shop = Object.entries(services).filter(([name]) => name.startsWith("shop.v1."));
    expect(shop).toHaveLength(9);
    expect(shop.reduce((sum, [, counts]) => sum + (counts.unary ?? 0), 0)).toBe(15);
    const others = shop.flatMap(([, counts]) => Object.keys(counts)).filter((kind) => kind !== "unary");
    expect(others).toEqual(["client-stream", "server-stream"]);
  });
});

describe("services of other systems", () => {
  const services = kinds(read("schemas"));

  it("are all there", () => {
    const ours = ["boutique.", "limits.", "hostile."];
    expect(Object.keys(services).filter((name) => !ours.some((start) => name.startsWith(start)))).toEqual([
      "conformance.v1.Conformance",
      "pubsub.v1.Publisher",
      "pubsub.v1.Subscriber",
      "route.v1.RouteGuide",
      "route.v1.ElizaService",
      "thrift.v1.ThriftTest",
      "thrift.v1.SecondService",
    ]);
    expect(Object.keys(services).filter((name) => name.startsWith("boutique."))).toHaveLength(9);
  });

  it("have the methods that their authors count", () => {
    expect(services["pubsub.v1.Publisher"]).toEqual({ unary: 8 });
    expect(services["pubsub.v1.Subscriber"]).toEqual({ unary: 15, bidi: 1 });
    expect(services["route.v1.RouteGuide"]).toEqual({ unary: 1, "server-stream": 1, "client-stream": 1, bidi: 1 });
    expect(services["route.v1.ElizaService"]).toEqual({ unary: 1, "server-stream": 1, bidi: 1 });
    expect(services["thrift.v1.ThriftTest"]).toEqual({ unary: 22, "one-way": 1 });
    expect(services["conformance.v1.Conformance"]).toEqual({
      unary: 10,
      "one-way": 1,
      "client-stream": 2,
      "server-stream": 2,
      bidi: 1,
    });
  });
});
