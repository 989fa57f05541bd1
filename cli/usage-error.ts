/** A command that was called wrongly: exit status 2, where problems of the user's input are 1. */
export class UsageError extends Error {
  static {
    Object.defineProperty(UsageError.prototype, "name", { value: "UsageError", configurable: true, writable: true });
  }
}
