/** What `scripts/long-suite.mjs` was told, for the suite that it runs. */

const given = JSON.parse(process.env.TAUT_LONG ?? "{}") as Record<string, number>;

/** A number by its option's name. The defaults stand in `scripts/long-suite.mjs`; `small` is for a suite that is run without it. */
export function longOption(name: string, small: number): number {
  return given[name] ?? small;
}

/** Printed at the start of each run; `--seed` sets it. */
export const seed: number = given.seed ?? Math.floor(Math.random() * 2 ** 31);
