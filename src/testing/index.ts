/** `taut/testing`: servers and channels in one process, a wire that fails on demand, a clock that is moved by hand. */

/// <reference types="node" preserve="true" />

export type { Clock, Timer } from "../time/clock.ts";
export { FakeClock } from "./fake-clock.ts";
export { createTestChannel, createTestServer, type TestChannel, type TestChannelOptions } from "./test-channel.ts";
export { type Direction, TestWire } from "./test-wire.ts";
