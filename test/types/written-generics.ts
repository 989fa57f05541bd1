/** Generics of a schema as `--emit js` declares them are the types that the schema declares. Never run. */

import type * as js from "../codegen/valid/generics/js/kinds/v1/written.js";
import type * as ts from "../codegen/valid/generics/ts/kinds/v1/written.ts";
import { type Equal, expectType } from "./expect-type.ts";

interface Thing {
  id: string;
  size: number;
}
type Both<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

expectType<Equal<js.Box<Thing>["first"], string>>();
expectType<Equal<js.Box<Thing, 1>["merged"], { extra: 1; of: Thing } | null>>();
expectType<Equal<js.Box<Thing>["extra"], ts.Box<Thing>["extra"]>>();
expectType<Equal<js.Box<Thing>["place"], ts.Box<Thing>["place"]>>();
expectType<Equal<js.Box<Thing>["created"], Date>>();
expectType<Equal<js.Box<Thing>["side"], `${ts.Box<Thing>["side"]}`>>();
expectType<Equal<js.Nullable<Thing>, ts.Nullable<Thing>>>();
expectType<Both<js.Change<Thing>, ts.Change<Thing>>>();
expectType<Both<js.Repository<Thing>, ts.Repository<Thing>>>();
expectType<Both<js.Outcome<Thing>, ts.Outcome<Thing>>>();
expectType<Both<js.Page<Thing>, ts.Page<Thing>>>();
expectType<Equal<js.Marked<Thing>["value"], Thing>>();
