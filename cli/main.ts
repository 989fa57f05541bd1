#!/usr/bin/env node
/**
 * The `taut` command. Each command is a file of its own; here are only the words that all share.
 *
 * Exit status: 0 done, 1 the user's input has problems, 2 wrong usage. An unexpected error is one line, with --verbose its stack.
 */

import { createRequire } from "node:module";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { generateCommand } from "./generate.ts";
import { healthCommand } from "./health.ts";
import { processTerminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const terminal = processTerminal();
const exit = (status: number): void => {
  process.exitCode = status;
};

const parser = yargs(hideBin(process.argv))
  .scriptName("taut")
  .usage("$0 <command>")
  .command(generateCommand(terminal, exit))
  .command(healthCommand(terminal, exit))
  .demandCommand(1, "a command is needed")
  .option("verbose", { type: "boolean", default: false, describe: "print the stack of unexpected errors" })
  .version((createRequire(import.meta.url)("@taut/cli/package.json") as { version: string }).version)
  .strict()
  .help()
  .exitProcess(false)
  .fail((message, error) => {
    throw error ?? new UsageError(message);
  });

try {
  await parser.parseAsync();
} catch (error) {
  const wrongUsage = error instanceof UsageError;
  const verbose = process.argv.includes("--verbose");
  const text = error instanceof Error ? (verbose ? (error.stack ?? error.message) : error.message) : String(error);
  terminal.say(`taut: ${text}`);
  if (wrongUsage) terminal.say("taut --help says how");
  exit(wrongUsage ? 2 : 1);
}
