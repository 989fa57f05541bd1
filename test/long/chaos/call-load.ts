/**
 * Callers that never stop, and the ledger of what became of their calls: sent, settled, failed by code, run twice, and how long it took
 * until every call went well again after a fault had ended.
 */

import { type CallOptions, isRpcError } from "taut";
import type { PlainClient } from "../../support/plain-service.ts";
import type { SeededRandom } from "../../support/seeded-random.ts";
import type { CountingHandler } from "../counting-handler.ts";
import { pickCall, WrongAnswer } from "../mixed-calls.ts";

export class CallLedger {
  sent = 0;
  settled = 0;
  succeeded = 0;
  wrong = 0;
  readonly failed = new Map<string, number>();
  /** Numbers of the calls that were made, and whether each may run twice. */
  readonly #made: { id: number; idempotent: boolean }[] = [];
  readonly recoveriesMs: number[] = [];
  /** The end of the last fault; infinite while one lasts. */
  #healedAt = Number.POSITIVE_INFINITY;
  #firstGoodAt: number | undefined;
  #lastBadAt = 0;
  /** What was unexpected, the first few. */
  readonly oddities: string[] = [];

  begin(id: number, idempotent: boolean): void {
    this.sent += 1;
    this.#made.push({ id, idempotent });
  }

  end(begunAt: number, error: unknown): void {
    this.settled += 1;
    const now = performance.now();
    if (error === undefined) {
      this.succeeded += 1;
      if (begunAt >= this.#healedAt) this.#firstGoodAt ??= now;
      return;
    }
    if (begunAt >= this.#healedAt) this.#lastBadAt = now;
    if (error instanceof WrongAnswer) {
      this.wrong += 1;
      this.#note(error.message);
      return;
    }
    const code = isRpcError(error) ? error.code : "no RpcError";
    if (code === "no RpcError") this.#note(String(error));
    this.failed.set(code, (this.failed.get(code) ?? 0) + 1);
  }

  #note(text: string): void {
    if (this.oddities.length < 10) this.oddities.push(text);
  }

  faultBegins(): void {
    this.#healedAt = Number.POSITIVE_INFINITY;
  }

  faultEnds(): void {
    this.#healedAt = performance.now();
    this.#firstGoodAt = undefined;
    this.#lastBadAt = 0;
  }

  /** How long every call that began after the fault has gone well, once the first of them did. */
  get goodForMs(): number {
    if (this.#firstGoodAt === undefined) return 0;
    return performance.now() - Math.max(this.#firstGoodAt, this.#lastBadAt);
  }

  /** From the end of the fault until the last call failed that had begun after it, or the first went well. */
  noteRecovery(): void {
    this.recoveriesMs.push(Math.max(this.#firstGoodAt ?? Number.POSITIVE_INFINITY, this.#lastBadAt) - this.#healedAt);
  }

  /** Calls that ran more than once: those that may, and those that may not. */
  twice(handler: CountingHandler): { idempotent: number; others: number } {
    const ran = this.#made.filter(({ id }) => handler.runsOf(id) > 1);
    const idempotent = ran.filter((call) => call.idempotent).length;
    return { idempotent, others: ran.length - idempotent };
  }
}

/** Numbers of calls, over all loads of a run. */
export class CallNumbers {
  #last = 0;

  next(): number {
    this.#last += 1;
    return this.#last;
  }

  get made(): number {
    return this.#last;
  }
}

export class CallLoad {
  #isOver = false;
  readonly #callers: Promise<void>[];
  readonly #open = new Set<number>();

  constructor(
    parts: {
      client: PlainClient;
      ledger: CallLedger;
      numbers: CallNumbers;
      random: SeededRandom;
      options: CallOptions;
    },
    callers: number,
  ) {
    const { client, ledger, numbers, random, options } = parts;
    const caller = async (): Promise<void> => {
      while (!this.#isOver) {
        const call = pickCall(random);
        const id = numbers.next();
        const begunAt = performance.now();
        ledger.begin(id, call.idempotent === true);
        this.#open.add(id);
        const error = await call.make(client, id, options).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        this.#open.delete(id);
        ledger.end(begunAt, error);
        // Where nothing can be reached calls fail at once: nobody calls that fast.
        if (error !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    this.#callers = Array.from({ length: callers }, caller);
  }

  /** Lets every call settle. Fails with those that have not within `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.#isOver = true;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`not settled after ${patienceMs} ms: calls ${[...this.#open].join(", ")}`)),
        patienceMs,
      );
    });
    try {
      await Promise.race([Promise.all(this.#callers), tooLong]);
    } finally {
      clearTimeout(timer);
    }
  }
}
