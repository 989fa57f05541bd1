/** Import specifiers between emitted modules and to the schema sources. Posix paths only; knows no file system. */

/** How relative specifiers end; `none` for bundlers. */
export type ImportExtension = "js" | "ts" | "none";

/**
 * The specifier of one module in another.
 *
 * @param from the importing module's path without extension, `shop/v1/orders`
 * @param to the imported module's, relative to the same folder: `../schemas/shop/v1/orders`
 */
export function relativeSpecifier(from: string, to: string, extension: ImportExtension): string {
  const folder = from.split("/").slice(0, -1);
  const target = to.split("/");
  let common = 0;
  while (common < folder.length && common < target.length - 1 && folder[common] === target[common]) common += 1;
  const up = folder.slice(common);
  const steps = [...up.map(() => ".."), ...target.slice(common)];
  const path = steps[0] === ".." ? steps.join("/") : `./${steps.join("/")}`;
  return extension === "none" ? path : `${path}.${extension}`;
}
