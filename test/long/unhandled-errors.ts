/** Counts what nobody caught: errors thrown into the event loop, and rejections without a listener. */

export class UnhandledErrors {
  readonly errors: unknown[] = [];
  readonly #listener = (error: unknown): void => void this.errors.push(error);

  constructor() {
    process.on("uncaughtException", this.#listener);
    process.on("unhandledRejection", this.#listener);
  }

  stop(): void {
    process.removeListener("uncaughtException", this.#listener);
    process.removeListener("unhandledRejection", this.#listener);
  }
}
