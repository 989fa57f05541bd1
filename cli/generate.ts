/** `taut generate [schemas] [--out dir]`: schemas to modules. */

import { relative, resolve } from "node:path";
import type { Diagnostic, GenerateOptions, GenerateResult } from "@taut/codegen";
import type { Argv, CommandModule } from "yargs";
import { checkSetting, readConfiguration } from "./configuration.ts";
import { diagnosticText } from "./diagnostic-text.ts";
import { checkGiven } from "./given-flags.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

type Codegen = typeof import("@taut/codegen");

interface Flags {
  schemas?: string;
  out?: string;
  emit?: string;
  importExtension?: string;
  watch: boolean;
  check: boolean;
  json: boolean;
}

export function generateCommand(terminal: Terminal, exit: (status: number) => void): CommandModule<object, Flags> {
  return {
    command: "generate [schemas]",
    describe: "write clients, handler interfaces and codecs for a schema folder",
    builder: describeFlags as (argv: Argv) => Argv<Flags>,
    handler: async (flags) => {
      const options = optionsOf(flags);
      // A compiler comes with it: nothing else that `taut` does should wait for that.
      const codegen = await import("@taut/codegen");
      try {
        if (flags.watch) await watchUntilStopped(codegen, options, terminal);
        else exit(report(await codegen.generate(options), options, { terminal, json: flags.json }));
      } catch (error) {
        throw error instanceof codegen.OptionError ? new UsageError(error.message) : error;
      }
    },
  };
}

function describeFlags(argv: Argv) {
  return argv
    .positional("schemas", { type: "string", describe: "the schema folder", defaultDescription: "schemas" })
    .option("out", {
      type: "string",
      alias: "o",
      describe: "the output folder, not one that holds the schemas",
      defaultDescription: "generated",
    })
    .option("emit", { type: "string", describe: "ts: TypeScript; js: JavaScript with declarations", defaultDescription: "ts" })
    .option("import-extension", {
      type: "string",
      describe: "how relative imports end: js, ts or none",
      defaultDescription: "from tsconfig",
    })
    .option("watch", { type: "boolean", alias: "w", default: false, describe: "generate again when a schema changes" })
    .option("check", { type: "boolean", default: false, describe: "write nothing; exit 1 if anything would change" })
    .option("json", { type: "boolean", default: false, describe: "print the result as JSON" });
}

/** The flags that the configuration may stand in for. */
const settings = ["schemas", "out", "emit", "importExtension"] as const;

function optionsOf(flags: Flags): GenerateOptions {
  const configuration = readConfiguration(process.cwd());
  checkGiven(flags, settings);
  for (const name of settings) if (flags[name] !== undefined) checkSetting(name, flags[name]);
  if (flags.watch && (flags.check || flags.json)) throw new UsageError("--watch goes with neither --check nor --json");
  const emit = (flags.emit as GenerateOptions["emit"]) ?? configuration.emit;
  const importExtension = (flags.importExtension as GenerateOptions["importExtension"]) ?? configuration.importExtension;
  return {
    root: resolve(flags.schemas ?? configuration.schemas ?? "schemas"),
    out: resolve(flags.out ?? configuration.out ?? "generated"),
    check: flags.check,
    ...(emit === undefined ? {} : { emit }),
    ...(importExtension === undefined ? {} : { importExtension }),
  };
}

/** Says what happened. @returns the exit status */
function report(result: GenerateResult, options: GenerateOptions, to: { terminal: Terminal; json: boolean }): number {
  if (to.json) to.terminal.data(JSON.stringify(result, jsonValue, 2));
  else sayResult(result, options, to.terminal);
  return result.ok ? 0 : 1;
}

function sayResult(result: GenerateResult, options: GenerateOptions, terminal: Terminal): void {
  for (const diagnostic of result.diagnostics) terminal.say(diagnosticText(diagnostic, options.root, terminal));
  const errors = count(result.diagnostics, "error");
  if (errors > 0) {
    terminal.say(terminal.paint("red", `${plural(errors, "error")}, nothing written`));
    return;
  }
  const out = shown(options.out);
  const { missing, changed, stale, foreign, unchanged } = result;
  if (options.check === true) {
    for (const [word, paths] of Object.entries({ missing, changed, stale, foreign })) {
      for (const path of paths) terminal.say(`${word}: ${out}/${path}`);
    }
    terminal.say(result.ok ? `${out} is up to date` : `${out} differs from its schemas: run taut generate`);
    return;
  }
  const parts = [`${plural(missing.length + changed.length, "file")} written`, `${unchanged} unchanged`];
  if (stale.length > 0) parts.push(`${stale.length} deleted`);
  terminal.say(`${out}: ${parts.join(", ")}`);
}

async function watchUntilStopped(codegen: Codegen, options: GenerateOptions, terminal: Terminal): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  terminal.say(`watching ${shown(options.root)}`);
  for await (const { result, error, ms } of codegen.watch(options, stop.signal)) {
    if (error !== undefined) terminal.say(terminal.paint("red", error instanceof Error ? error.message : String(error)));
    else if (result !== undefined) {
      sayResult(result, options, terminal);
      terminal.say(terminal.paint("dim", `${Math.round(ms)} ms`));
    }
  }
}

function count(diagnostics: readonly Diagnostic[], severity: Diagnostic["severity"]): number {
  return diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
}

function plural(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

function shown(folder: string): string {
  return relative(process.cwd(), folder) || ".";
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
