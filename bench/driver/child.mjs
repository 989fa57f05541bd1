/**
 * The parent's side of a process under test: starts it, asks it, ends it by its id.
 *
 * Every question has a bound in time. A child that dies rejects what is being asked.
 */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const END_GRACE_MS = 2000;

/** What a process is started through, to be kept on a core and to come before all others. */
export function commandPrefix({ core, isUrgent = false }) {
  return [...(isUrgent ? ["chrt", "-r", "1"] : []), ...(core === undefined ? [] : ["taskset", "-c", String(core)])];
}

export class Child {
  #process;
  #questions = new Map();
  #lastId = 0;
  #stderr = "";
  #exited;

  /**
   * @param {string} script file name in this folder
   * @param {{ node: string, nodeArgs?: readonly string[], core?: number, isUrgent?: boolean }} options `core`: the one that the process is
   *   kept on; `isUrgent`: before everything else that wants it
   */
  constructor(script, { node, nodeArgs = [], core, isUrgent = false }) {
    const command = [...commandPrefix({ core, isUrgent }), node, "--no-warnings", ...nodeArgs];
    this.#process = fork(fileURLToPath(new URL(script, import.meta.url)), {
      execPath: command[0],
      execArgv: command.slice(1),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#process.stderr.on("data", (chunk) => {
      this.#stderr = `${this.#stderr}${chunk}`.slice(-2000);
    });
    this.#process.on("message", ({ id, error, answer }) => {
      const question = this.#questions.get(id);
      if (question === undefined) return;
      this.#questions.delete(id);
      clearTimeout(question.timer);
      if (error === undefined) question.resolve(answer);
      else question.reject(new Error(error));
    });
    this.#exited = new Promise((resolve) => {
      this.#process.once("exit", (code, signal) => {
        for (const question of this.#questions.values()) {
          clearTimeout(question.timer);
          question.reject(new Error(`${script} ended (${signal ?? code}): ${this.#stderr.trim().split("\n").at(-1)}`));
        }
        this.#questions.clear();
        resolve();
      });
    });
  }

  get pid() {
    return this.#process.pid;
  }

  /** Asks the child to do one thing; rejects with the child's error, or after `timeoutMs`. */
  ask(task, argument, timeoutMs = 30_000) {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const timer = setTimeout(() => {
        this.#questions.delete(id);
        reject(new Error(`no answer to "${task}" after ${timeoutMs} ms`));
      }, timeoutMs);
      this.#questions.set(id, { resolve, reject, timer });
      this.#process.send({ id, task, argument }, (error) => {
        if (error === null || !this.#questions.delete(id)) return;
        clearTimeout(timer);
        reject(error);
      });
    });
  }

  /** Asks it to close, and kills it if it has not ended in time. */
  async end() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    if (this.#process.connected) this.#process.send({ id: 0, task: "exit" }, () => {});
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), END_GRACE_MS);
    await this.#exited;
    clearTimeout(timer);
  }
}
