/**
 * Schemas of real systems: every method of every service is served and called over TCP, with values such as these systems carry.
 *
 * `served` counts what each handler was given; the last test of each file fails for a method that nobody has called.
 */

import { type Channel, connect, createServer, type Server, type ServiceDescription } from "taut";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FullServiceDescription } from "../../src/contract/service.ts";
import * as boutique from "../.generated/schemas/boutique/v1/boutique.ts";
import * as pubsub from "../.generated/schemas/pubsub/v1/pubsub.ts";
import * as route from "../.generated/schemas/route/v1/route.ts";
import * as thrift from "../.generated/schemas/thrift/v1/thrift.ts";
import {
  adCalls,
  cartCalls,
  catalogCalls,
  checkoutCalls,
  currencyCalls,
  emailCalls,
  paymentCalls,
  recommendationCalls,
  shippingCalls,
} from "./real-schemas/boutique-calls.ts";
import { publisherCalls, subscriberCalls } from "./real-schemas/pubsub-calls.ts";
import { elizaCalls, routeCalls } from "./real-schemas/route-calls.ts";
import { secondCalls, thriftCalls } from "./real-schemas/thrift-calls.ts";

/** One call: what the client passes, what the handler must see of it, what it answers and the client must get. */
export interface RealCall {
  readonly method: string;
  readonly given: readonly unknown[];
  readonly answer: unknown;
}

type Client = new (channel: Channel) => object;
const served: [name: string, service: ServiceDescription<object>, client: Client, calls: readonly RealCall[]][] = [
  ["CartService", boutique.CartService, boutique.CartClient, cartCalls],
  ["RecommendationService", boutique.RecommendationService, boutique.RecommendationClient, recommendationCalls],
  ["ProductCatalogService", boutique.ProductCatalogService, boutique.ProductCatalogClient, catalogCalls],
  ["ShippingService", boutique.ShippingService, boutique.ShippingClient, shippingCalls],
  ["CurrencyService", boutique.CurrencyService, boutique.CurrencyClient, currencyCalls],
  ["PaymentService", boutique.PaymentService, boutique.PaymentClient, paymentCalls],
  ["EmailService", boutique.EmailService, boutique.EmailClient, emailCalls],
  ["CheckoutService", boutique.CheckoutService, boutique.CheckoutClient, checkoutCalls],
  ["AdService", boutique.AdService, boutique.AdClient, adCalls],
  ["Publisher", pubsub.PublisherService, pubsub.PublisherClient, publisherCalls],
  ["Subscriber", pubsub.SubscriberService, pubsub.SubscriberClient, subscriberCalls],
  ["RouteGuide", route.RouteGuideService, route.RouteGuideClient, routeCalls],
  ["ElizaService", route.ElizaService, route.ElizaClient, elizaCalls],
  ["ThriftTest", thrift.ThriftTestService, thrift.ThriftTestClient, thriftCalls],
  ["SecondService", thrift.SecondService, thrift.SecondClient, secondCalls],
];

let server: Server;
let channel: Channel;
/** By "service/method": the arguments of each call that a handler has seen. */
const seen = new Map<string, unknown[][]>();

/** A handler that notes what it is given and answers as the table says. */
function handlerOf(service: FullServiceDescription<object>, calls: readonly RealCall[]): object {
  const methods = service.methods.map(({ name, path, kind }) => {
    const noted: unknown[][] = [];
    seen.set(path, noted);
    const answerOf = (): unknown => calls.filter(({ method }) => method === name)[noted.length - 1]?.answer;
    const single = async (...all: unknown[]): Promise<unknown> => {
      noted.push(await read(all.slice(0, -1), kind));
      const answer = answerOf();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const stream = async function* (...all: unknown[]): AsyncIterable<unknown> {
      noted.push(await read(all.slice(0, -1), kind));
      yield* answerOf() as unknown[];
    };
    return [name, kind === "server-stream" || kind === "bidi" ? stream : single];
  });
  return Object.fromEntries(methods);
}

async function read(given: readonly unknown[], kind: string): Promise<unknown[]> {
  if (kind !== "client-stream" && kind !== "bidi") return [...given];
  const items: unknown[] = [];
  for await (const item of given[0] as AsyncIterable<unknown>) items.push(item);
  return [items];
}

beforeAll(async () => {
  server = createServer();
  for (const [, service, , calls] of served) server.add(service, handlerOf(service as FullServiceDescription<object>, calls));
  const { url } = await server.listen("127.0.0.1:0");
  channel = connect(url);
});

afterAll(async () => {
  await channel.close();
  await server.close();
  for (const end of [channel, server]) expect(end.stats()).toMatchObject({ open: 0, connections: 0 });
});

describe.each(served)("%s over TCP", (_name, service, Client, calls) => {
  const { fullName, methods } = service as FullServiceDescription<object>;

  it.each(calls)("answers $method", async ({ method, given, answer }) => {
    const client = new Client(channel) as Record<string, (...given: readonly unknown[]) => unknown>;
    const description = methods.find(({ name }) => name === method);
    const result = client[method]?.(...given);
    const noted = seen.get(`${fullName}/${method}`);
    if (description?.kind === "server-stream" || description?.kind === "bidi") {
      const items: unknown[] = [];
      for await (const item of result as AsyncIterable<unknown>) items.push(item);
      expect(items).toEqual(answer);
    } else if (answer instanceof Error) {
      const error: unknown = await (result as Promise<unknown>).catch((thrown: unknown) => thrown);
      const { code = "INTERNAL", data } = answer as Error & { code?: string; data?: unknown };
      expect(error).toMatchObject({ code, origin: "remote", executed: "yes" });
      if (data !== undefined) {
        expect(error).toMatchObject({ data, message: answer.message });
        expect(error).toBeInstanceOf(answer.constructor);
      }
    } else {
      expect(await result).toEqual(answer);
    }
    await until(() => noted !== undefined && noted.length > 0);
    expect(noted?.at(-1)).toEqual(given);
  });

  it("has no method that was not called", () => {
    for (const { path } of methods) expect([path, (seen.get(path)?.length ?? 0) > 0]).toEqual([path, true]);
  });
});

/** One-way calls are answered before their handler has seen them. */
async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds() && waited < 1_000; waited += 1) await new Promise((resolve) => setTimeout(resolve, 5));
}
