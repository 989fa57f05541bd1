/** How the classes of this package are told, those of another copy in the same process included: by a property of their prototype. */

/** Whether an error's class has put `brand` on its prototype. Never throws, whatever it is given. */
export function hasBrand(value: unknown, brand: symbol): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return (value as Record<symbol, unknown>)[brand] === true;
  } catch {
    // A proxy that was revoked, or one whose traps throw.
    return false;
  }
}
