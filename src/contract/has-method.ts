/** Whether something can be called by a name: for what may come from another copy of this package, or another realm, and has no class of ours. */
export function hasMethod(value: unknown, method: string | symbol): boolean {
  return typeof (value as Partial<Record<string | symbol, unknown>> | null | undefined)?.[method] === "function";
}
