/** Emits the `Codec` of a root: what the rest of the runtime calls, with its limits and its errors. */

import { quote } from "../../model/quote.ts";
import type { Structure } from "../../model/schema-model.ts";
import { constantBound } from "./bounds.ts";
import type { EmitContext } from "./emit-context.ts";

/** Bytes that stores may overhang behind the document. */
const slackBytes = 8;

/** @param typeText the type of the values; empty where types are left out */
export function emitCodecConstant(context: EmitContext, name: string, structure: Structure, typeText: string): void {
  const { out, units } = context;
  const ref = { kind: "ref", id: structure.id } as const;
  const unit = context.unit(ref, structure.name, structure.hint);
  const shape = context.shape(ref);
  const depth = unit.deep ? ", limits.maxDepth" : "";
  const constant = constantBound(context, ref);
  const levels = units.levels(ref);
  const conditions = [
    ...(units.hasElements(ref) ? ["end - start > limits.maxElements * 2"] : []),
    ...(levels > 1 ? [`limits.maxDepth < ${levels}`] : []),
  ];
  const guard = () => {
    if (conditions.length > 0) out.guard(conditions, `${context.use("holdLimits")}(${shape}, { b, dv, start, end }, limits);`);
  };
  const throwing = (maker: string, about: string) => () => {
    out.line(`throw ${context.use(maker)}(error, ${quote(structure.name)}, ${shape}, ${about}, limits);`);
  };
  out.line("");
  out.line(`const ${name}${typeText === "" ? "" : out.type(`${context.useType("Codec")}<${typeText}>`)} = {`);
  out.indented(() => {
    out.line(`name: ${quote(structure.name)},`);
    if (constant !== undefined) {
      out.block("bound()", () => out.line(`return ${constant + slackBytes};`), ",");
    } else {
      const bound = () => out.line(`return ${context.name(unit, "bound")}(value${depth}) + ${slackBytes};`);
      out.block("bound(value, limits)", () => out.attempt(bound, throwing("encodeError", "value")), ",");
    }
    const write = () => {
      const call = `${context.name(unit, "write")}(b, dv, start, value${depth})`;
      if (conditions.length === 0) {
        out.line(`return ${call};`);
        return;
      }
      out.line(`const end = ${call};`);
      guard();
      out.line("return end;");
    };
    out.block("write(b, dv, start, value, limits)", () => out.attempt(write, throwing("encodeError", "value")), ",");
    const read = () => {
      out.line(`${context.use("checkExtent")}(dv, start, end);`);
      if (units.opensWindow(structure.id)) out.line(`${context.use("openWindow")}(b, start, end);`);
      else if (units.holdsWindowed(unit.type)) out.line(`${context.use("closeWindow")}();`);
      guard();
      out.line(`return ${out.cast(`${context.name(unit, "read")}(b, dv, start, end${depth})`, typeText)};`);
    };
    out.block("read(b, dv, start, end, limits)", () => out.attempt(read, throwing("decodeError", "{ b, dv, start, end }")), ",");
  });
  out.line("};");
}
