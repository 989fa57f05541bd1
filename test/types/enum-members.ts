/** Members of enums keep their own types on the way through a generated client and handler. Never run. */

import type { Channel } from "taut";
import { Colour, Level } from "../codegen/valid/enums/schemas/shop/colours.ts";
import { Faded, PaintsClient, type PaintsHandler } from "../codegen/valid/enums/ts/shop/colours.ts";
import { type Equal, expectType } from "./expect-type.ts";

declare const channel: Channel;

export async function calls(): Promise<void> {
  const client = new PaintsClient(channel);
  const red = await client.red(Colour.Red, Level.Low);
  expectType<Equal<typeof red, Colour.Red>>();
  // @ts-expect-error another member
  await client.red(Colour.Green);
  for await (const { only } of client.reds([Colour.Red])) expectType<Equal<typeof only, Colour.Red>>();
  const fault = new Faded({ was: Colour.Red, now: Colour.Green });
  expectType<Equal<typeof fault.data.now, Colour.Green>>();
}

export const handler: Partial<PaintsHandler> = {
  red(a, b) {
    expectType<Equal<typeof a, Colour.Red>>();
    expectType<Equal<typeof b, Level.Low | undefined>>();
    return a;
  },
  async *reds(many) {
    for await (const only of many) yield { only };
  },
};
