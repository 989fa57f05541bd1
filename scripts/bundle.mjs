/**
 * Replaces the built entries of `taut` by bundles: a client's start opens four files instead of 130, a third of its time (ADR 0006).
 *
 * Runs after `tsc -b`, which keeps making types and plain modules; that alone is a working build. Does nothing where the entries are
 * bundles already. Otherwise it makes tsc forget that it has ever written them: after the next edit `tsc -b` writes them anew as plain
 * modules, so a bundle is never older than the sources.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const src = fileURLToPath(new URL("../src", import.meta.url));
const dist = join(src, "dist");
const marker = "/* a bundle of the modules beside it: see its source map */";

const { exports } = JSON.parse(readFileSync(join(src, "package.json"), "utf8"));
/** `index`, `runtime/v1`, ...: what package.json exports from `dist`. */
const entries = Object.values(exports)
  .map(({ default: file }) => /^\.\/dist\/(.+)\.js$/.exec(file)?.[1])
  .filter((name) => name !== undefined);

/** What a program loads that only encodes and decodes, and the rest of what calls need. Both whole: fewer files win over fewer bytes. */
const chunks = [
  { name: "codec", test: /[\\/]src[\\/](?:bson[\\/](?!bson-classes)|codec|contract|errors|metadata)/ },
  { name: "calls", test: /[\\/]src[\\/](?:client|connection|server|time|transport|wire)[\\/]/ },
];

const isBundle = (name) => readFileSync(join(dist, `${name}.js`), "utf8").startsWith(marker);
if (!entries.every(isBundle) || !existsSync(join(dist, "chunks"))) await bundle();

async function bundle() {
  const build = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, join(src, `${name}.ts`)])),
    external: ["bson", /^node:/],
    platform: "node",
    tsconfig: false,
    transform: {
      target: "es2022",
      // Public fields are assigned in the constructor instead of defined by an initializer that V8 calls for each class of a hierarchy:
      // a call's object has four. 6 to 8 % less CPU a small call on Node 20 and 26.
      assumptions: { setPublicClassFields: true },
      typescript: { removeClassFieldsWithoutInitializer: true },
    },
  });
  const { output } = await build.generate({
    dir: dist,
    format: "esm",
    sourcemap: true,
    minifyInternalExports: false,
    banner: marker,
    chunkFileNames: "chunks/[name].js",
    codeSplitting: { groups: chunks },
  });
  await build.close();
  forgetEntries();
  // chunks before those that import them, and each file at once: a process that starts meanwhile finds one build or the other
  for (const file of output.toSorted((a, b) => Number(a.isEntry ?? false) - Number(b.isEntry ?? false)))
    replace(join(dist, file.fileName), file.type === "chunk" ? file.code : file.source);
  const written = new Set(output.map(({ fileName }) => fileName));
  for (const name of entries) if (!written.has(`${name}.js.map`)) rmSync(join(dist, `${name}.js.map`), { force: true });
}

/**
 * Changes the hashes that tsc keeps of the entries' sources. It looks at them when any source has changed. A file that this does not
 * understand is removed: then the next `tsc -b` writes everything.
 */
function forgetEntries() {
  const file = join(dist, "tsconfig.tsbuildinfo");
  const { fileNames, fileInfos, ...rest } = JSON.parse(readFileSync(file, "utf8"));
  const infos = entries.map((name) => fileInfos?.[fileNames?.indexOf(relative(dist, join(src, `${name}.ts`)))]);
  if (infos.some((info) => typeof info?.version !== "string")) return rmSync(file);
  for (const info of infos) info.version = "0".repeat(info.version.length);
  replace(file, JSON.stringify({ ...rest, fileNames, fileInfos }));
}

function replace(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const written = `${file}.${process.pid}`;
  writeFileSync(written, text);
  renameSync(written, file);
}
