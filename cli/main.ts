#!/usr/bin/env node
/**
 * The `taut` command. Each command is a file of its own; here are only the words that all share.
 *
 * Exit status: 0 done, 1 the user's input has problems, 2 wrong usage. An unexpected error is one line, with --verbose its stack.
 * A reader who leaves before the end is no error.
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

const words = hideBin(process.argv);
const names = ["generate", "health"];

const parser = yargs(words)
  .scriptName("taut")
  .usage("$0 <command>")
  // `--no-out` and `--out.x` are unknown flags, not a false and an object.
  .parserConfiguration({ "boolean-negation": false, "dot-notation": false })
  .command(generateCommand(terminal, exit))
  .command(healthCommand(terminal, exit))
  .middleware(({ _: [command] }) => checkCommand(command), true)
  .option("verbose", { type: "boolean", default: false, describe: "print the stack of unexpected errors" })
  .version(
    "version",
    "show version number",
    (createRequire(import.meta.url)("@taut/cli/package.json") as { version: string }).version,
  )
  .strict()
  // All else that is said here is English.
  .locale("en")
  .help("help", "show help")
  .alias("h", "help")
  .exitProcess(false)
  // A message is yargs' own; what a command throws comes without.
  .fail((message, error) => {
    throw message ? new UsageError(oneLine(message)) : error;
  });

try {
  await parser.parseAsync();
} catch (error) {
  const wrongUsage = error instanceof UsageError;
  const withStack = !wrongUsage && process.argv.includes("--verbose");
  const text = error instanceof Error ? (withStack ? (error.stack ?? error.message) : error.message) : String(error);
  terminal.say(`taut: ${text}`);
  const [command = ""] = words;
  if (wrongUsage) terminal.say(`taut ${names.includes(command) ? `${command} ` : ""}--help says how`);
  exit(wrongUsage ? 2 : 1);
}

function checkCommand(command: unknown): void {
  if (command === undefined) throw new UsageError("a command is needed");
  if (!names.includes(String(command))) {
    throw new UsageError(`unknown command ${JSON.stringify(String(command))}; known: ${names.join(", ")}`);
  }
}

/** As our own errors are: on one line, in lower case. */
function oneLine(message: string): string {
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}`.replace(/\s*\n\s*/g, " ");
}
