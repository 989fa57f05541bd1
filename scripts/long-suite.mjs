/**
 * Runs a long suite: `node scripts/long-suite.mjs NAME [--option N]...`; without a known name it prints what there is.
 *
 * Each option has the full size as its default; `--share PERCENT` takes that part of every count, which is what CI does. The suites
 * are vitest files in `test/long/NAME`, which read their options from the environment (`test/long/long-options.ts`). Expects a build:
 * servers that are killed and restarted run from `dist`.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Options that `--share` scales are counts; the others are taken as they are. */
const suites = {
  chaos: { counts: { calls: 1_000_000, restarts: 20 }, files: ["test/long/chaos", "test/reliability/rolling-restart.test.ts"] },
  soak: { others: { minutes: 10 }, files: ["test/long/soak"] },
  fuzz: {
    counts: { frames: 10_000_000, operations: 1_000_000, hostile: 100_000 },
    files: ["test/long/fuzz", "test/unit/connection/model.test.ts"],
  },
  crowd: { counts: { connections: 10_000, slow: 1_000 }, files: ["test/long/crowd"] },
};

function usage(problem) {
  if (problem !== undefined) console.error(problem);
  for (const [name, { counts = {}, others = {} }] of Object.entries(suites)) {
    const options = Object.entries({ ...counts, ...others }).map(([option, value]) => `[--${option} ${value}]`);
    if (Object.keys(counts).length > 0) options.push("[--share 100]");
    console.error(`npm run ${name} -- ${options.join(" ")} [--seed N]`);
  }
  process.exit(2);
}

const [name, ...args] = process.argv.slice(2);
const suite = Object.hasOwn(suites, name) ? suites[name] : usage(name === undefined ? undefined : `no suite ${name}`);
const values = { ...suite.counts, ...suite.others, share: 100, seed: Math.floor(Math.random() * 2 ** 31) };
for (let i = 0; i < args.length; i += 2) {
  const [option, value] = [args[i].replace(/^--/, ""), Number(args[i + 1])];
  if (!Object.hasOwn(values, option) || !(value >= 0)) usage(`${name} cannot take ${args.slice(i, i + 2).join(" ")}`);
  values[option] = value;
}
for (const option of Object.keys(suite.counts ?? {})) {
  values[option] = Math.max(1, Math.ceil((values[option] * values.share) / 100));
}

const { seed, share, ...sizes } = values;
console.log(`${name}: ${JSON.stringify(sizes)}, --seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--config", "test/long/vitest.config.ts", ...suite.files],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      TAUT_LONG: JSON.stringify({ ...sizes, seed }),
      ...(sizes.restarts === undefined ? {} : { TAUT_RESTARTS: String(Math.max(2, sizes.restarts)) }),
      ...(sizes.operations === undefined ? {} : { MODEL_OPERATIONS: String(sizes.operations), MODEL_SEED: String(seed) }),
    },
  },
);
process.exit(status ?? 1);
