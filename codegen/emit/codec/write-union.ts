/**
 * Emits the writers of unions: tagged ones go by their tag, value unions by what `typeof` and friends say.
 */

import { quote } from "../../model/quote.ts";
import type { TaggedUnionType, Type, ValueUnionType } from "../../model/schema-model.ts";
import { ConstantStores } from "./constant-stores.ts";
import { factsOf } from "./element-facts.ts";
import { type EmitContext, siteWithin } from "./emit-context.ts";
import { fieldOf } from "./field-access.ts";
import { literalValueText } from "./literal-text.ts";
import { answer, armsByQuestion } from "./union-questions.ts";
import type { Unit } from "./units.ts";
import { checkValue, storeValue } from "./write-value.ts";

export function writeTaggedUnion(context: EmitContext, unit: Unit, type: TaggedUnionType): void {
  const { out } = context;
  out.line(`const v = ${context.use("fieldsOf")}(x);`);
  out.block(`switch (${fieldOf(context, "v", type.tag)})`, () => {
    for (const arm of type.arms) {
      const site = siteWithin(unit, String(arm.tags[0]));
      const target = context.unit(arm.type, site.title, site.hint);
      for (const tag of arm.tags) out.line(`case ${literalValueText(tag)}:`);
      out.indented(() => out.line(`return ${context.name(target, "write")}(b, dv, o, v${target.deep ? ", depth" : ""});`));
    }
    if (type.unrecognized) {
      out.line(`case ${context.use("unrecognized")}:`);
      out.indented(() => out.line(`return ${context.use("writeUnrecognized")}(b, dv, o, v, ${quote(type.tag)}, depth);`));
    }
    out.line("default:");
    out.indented(() => out.line(`return ${context.fail}`));
  });
}

export function writeValueUnion(context: EmitContext, unit: Unit, type: ValueUnionType): void {
  const { out } = context;
  for (const { question, arm } of armsByQuestion(context, type)) {
    out.block(`if (${answer(context, question)})`, () => writeArm(context, unit, arm));
  }
  out.line(`return ${context.fail}`);
}

function writeArm(context: EmitContext, unit: Unit, arm: Type): void {
  const { out } = context;
  const site = siteWithin(unit, "arm");
  const value = { type: arm, variable: "x", typeAt: "typeAt", depth: unit.deep ? "depth" : "", site };
  checkValue(context, value);
  const { type } = factsOf(context.units.resolve(arm));
  if (type !== undefined) out.line(`b[typeAt] = ${type};`);
  const stores = new ConstantStores(out, "o", 0);
  storeValue(context, stores, value);
  stores.flush();
  out.line(`return ${stores.position};`);
}
