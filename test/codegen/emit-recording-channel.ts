/** A channel that records the calls which a generated client makes through it, and answers what it is told. */

import type { CallOptions } from "../../src/contract/call-options.ts";
import { type Caller, callerSymbol } from "../../src/contract/caller.ts";
import type { Channel } from "../../src/contract/channel.ts";
import type { MethodDescription } from "../../src/contract/service.ts";

export interface RecordedCall {
  readonly through: keyof Caller;
  readonly method: MethodDescription;
  readonly request: unknown;
  readonly options: CallOptions | undefined;
}

export interface RecordingChannel extends Channel {
  readonly calls: RecordedCall[];
  /** What promises resolve with and streams yield; an Error rejects. */
  answer: unknown;
}

export function recordingChannel(): RecordingChannel {
  const calls: RecordedCall[] = [];
  const record =
    (through: keyof Caller) =>
    (method: MethodDescription, request: unknown, options?: CallOptions): void => {
      calls.push({ through, method, request, options });
    };
  const promise = (through: keyof Caller) => async (method: MethodDescription, request: unknown, options?: CallOptions) => {
    record(through)(method, request, options);
    if (channel.answer instanceof Error) throw channel.answer;
    return channel.answer as never;
  };
  const stream = (through: keyof Caller) => (method: MethodDescription, request: unknown, options?: CallOptions) => {
    record(through)(method, request, options);
    return (async function* () {
      yield channel.answer;
    })();
  };
  const caller: Caller = {
    unary: promise("unary"),
    clientStream: promise("clientStream"),
    oneWay: promise("oneWay"),
    serverStream: stream("serverStream"),
    bidi: stream("bidi"),
  };
  const channel = { [callerSymbol]: caller, calls, answer: undefined } as unknown as RecordingChannel;
  return channel;
}
