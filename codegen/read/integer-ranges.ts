/** Which integers the kinds hold, and JavaScript's numbers. */

/** The least and the most. */
export const integerRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int53: [-(2n ** 53n - 1n), 2n ** 53n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** A number holds it without rounding. */
export function isExact(integer: bigint): boolean {
  const number = Number(integer);
  return Number.isFinite(number) && BigInt(number) === integer;
}
