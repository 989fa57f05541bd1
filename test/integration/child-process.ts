/** Runs commands the way a user would type them, with the Node that the tests run on. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname } from "node:path";

/** Without what an outer `npm test` tells its scripts: an inner npm would take it for its own. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_(?:package|lifecycle|command|config_local_prefix|config_workspace)/.test(name),
  ),
);

const options = (cwd: string) => ({
  cwd,
  env: {
    ...environment,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
    npm_config_prefer_offline: "true",
    NO_COLOR: "1",
  },
});

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of bash, to its end. */
export async function run(line: string, cwd: string): Promise<Finished> {
  const child = spawn("bash", ["-ec", line], { ...options(cwd), stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const [code] = await once(child, "close");
  return { code, ...output };
}

/** Like `run`, and an error that shows what was printed unless it ended well. */
export async function succeed(line: string, cwd: string): Promise<Finished> {
  const finished = await run(line, cwd);
  if (finished.code !== 0)
    throw new Error(`${line}\nended with exit code ${finished.code}\n${finished.stdout}\n${finished.stderr}`);
  return finished;
}

/** A command that stays: resolves when it has printed its first line. The caller ends it. */
export async function startServer(line: string, cwd: string): Promise<{ child: ChildProcess; firstLine: string }> {
  const child = spawn("bash", ["-ec", `exec ${line}`], { ...options(cwd), stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8");
  const ended = once(child, "exit").then(() => Promise.reject(new Error(`${line} ended before it printed a line`)));
  ended.catch(() => {});
  while (!printed.includes("\n")) printed += String(await Promise.race([once(child.stdout, "data"), ended]));
  return { child, firstLine: printed.slice(0, printed.indexOf("\n")) };
}
