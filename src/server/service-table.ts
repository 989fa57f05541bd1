/** Which methods a server has, by full name. A Map, so that no name of Object.prototype is ever a method. */

import { CallFlag } from "../connection/wire-terms.ts";
import type { Interceptor } from "../contract/interceptor.ts";
import type { CallKind, FullServiceDescription, MethodDescription, ServiceDescription } from "../contract/service.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** A method with the handler that serves it: what a method number stands for. */
export interface MethodBinding {
  readonly method: MethodDescription;
  readonly handler: object;
  readonly interceptors: readonly Interceptor[];
  /** Kind bits of the call frames that may ask for it. */
  readonly kindFlags: number;
  /** Answers when others are turned away. */
  readonly isVital: boolean;
}

export class ServiceTable {
  readonly #services = new Map<string, Map<string, MethodBinding>>();
  readonly #interceptors: readonly Interceptor[];

  constructor(interceptors: readonly Interceptor[]) {
    this.#interceptors = interceptors;
  }

  /** TypeError when the service is there already or a method is missing in the handler. */
  add(service: ServiceDescription<unknown>, handler: unknown, { isVital = false } = {}): void {
    const description = service as FullServiceDescription<unknown> | null | undefined;
    if (typeof description?.fullName !== "string" || !Array.isArray(description.methods)) {
      throw new TypeError("add() needs a service that taut generate has made, such as OrdersService");
    }
    const { fullName } = description;
    if (this.#services.has(fullName)) throw new TypeError(`${fullName} was added already`);
    if ((typeof handler !== "object" && typeof handler !== "function") || handler === null) {
      throw new TypeError(`the handler of ${fullName} must be an object`);
    }
    const missing = description.methods.filter(({ name }) => typeof (handler as Record<string, unknown>)[name] !== "function");
    if (missing.length > 0) {
      throw new TypeError(`the handler of ${fullName} lacks ${missing.map(({ name }) => name).join(", ")}`);
    }
    const bindings = (description.methods as readonly MethodDescription[]).map(
      (method) =>
        [
          method.name,
          { method, handler, interceptors: this.#interceptors, kindFlags: kindFlagsOf[method.kind], isVital },
        ] as const,
    );
    this.#services.set(fullName, new Map(bindings));
  }

  get names(): readonly string[] {
    return [...this.#services.keys()];
  }

  /** Constant work and no state for names that are not there. */
  resolve(path: string): MethodBinding | RpcError {
    const slash = path.lastIndexOf("/");
    const serviceName = path.slice(0, Math.max(0, slash));
    const methods = this.#services.get(serviceName);
    if (methods === undefined) {
      return new RpcError({ code: "UNIMPLEMENTED", message: `service ${quote(serviceName)} is not served here` });
    }
    const binding = methods.get(path.slice(slash + 1));
    return (
      binding ??
      new RpcError({
        code: "UNIMPLEMENTED",
        message: `service ${quote(serviceName)} has no method ${quote(path.slice(slash + 1))}`,
      })
    );
  }
}

/** The peer's words in our texts: short, and without control characters. */
function quote(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

const kindFlagsOf: Readonly<Record<CallKind, number>> = Object.freeze({
  unary: 0,
  "server-stream": CallFlag.responseStream,
  "client-stream": CallFlag.requestStream,
  bidi: CallFlag.requestStream | CallFlag.responseStream,
  "one-way": CallFlag.oneWay,
});
