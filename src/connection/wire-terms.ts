/** The few words of the wire that client and server need: kinds of calls, reasons of cancels, and the memory that output is written to. */

export { CallFlag, CancelReason } from "../wire/frame.ts";
export { ArenaPool } from "../wire/output-arena.ts";
