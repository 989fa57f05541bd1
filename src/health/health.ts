/**
 * The health of a server, for those who ask and those who watch. `addHealth(server)` is all that is needed: every service that the
 * server has is SERVING until somebody says otherwise, and nothing is once the server begins to go.
 *
 * Knows of each service one word; what makes a service unwell is the owner's to say.
 */

import type { CallContext } from "../contract/call-context.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { RpcServer, type Server, type ServerState } from "../server/server.ts";
import type { HealthAnswer, HealthRequest, HealthStatus } from "./health-schema.ts";
import { type HealthHandler, HealthService } from "./health-service.ts";
import { StatusWatch } from "./status-watch.ts";

/** What an owner says of the health of a server. */
export interface Health {
  /**
   * From now on the service has this status; without `service` the whole server. Watchers are told. Once the server is on its way out
   * it stays NOT_SERVING, whatever is said here.
   * @param service full name: "shop.v1.Orders". One that the server does not have becomes known by this
   */
  set(status: "SERVING" | "NOT_SERVING", service?: string): void;
  /** What `check` answers; undefined for a service that is not known. */
  get(service?: string): HealthStatus | undefined;
}

/** Serves `taut.health.v1.Health`. TypeError for what is no server of `createServer`. */
export function addHealth(server: Server): Health {
  if (!(server instanceof RpcServer)) throw new TypeError("addHealth() needs a server that createServer() has made");
  const health = new ServerHealth(server);
  server.addVital(HealthService, health);
  return health;
}

class ServerHealth implements Health, HealthHandler {
  readonly #server: RpcServer;
  readonly #said = new Map<string, HealthStatus>();
  readonly #watches = new Set<StatusWatch>();

  constructor(server: RpcServer) {
    this.#server = server;
    server.onState((state) => this.#serverChanged(state));
  }

  set(status: "SERVING" | "NOT_SERVING", service = ""): void {
    if (status !== "SERVING" && status !== "NOT_SERVING")
      throw new TypeError(`status must be "SERVING" or "NOT_SERVING", not ${String(status)}`);
    this.#said.set(service, status);
    this.#tell();
  }

  get(service = ""): HealthStatus | undefined {
    const isKnown = service === "" || this.#said.has(service) || this.#server.services.includes(service);
    if (!isKnown) return undefined;
    return this.#server.state === "serving" ? (this.#said.get(service) ?? "SERVING") : "NOT_SERVING";
  }

  check(request: HealthRequest): HealthAnswer {
    const status = this.get(request.service);
    if (status === undefined) throw unknownService(request.service);
    return { status };
  }

  async *watch(request: HealthRequest, context: CallContext): AsyncIterable<HealthAnswer> {
    const { service } = request;
    const status = this.get(service);
    if (status === undefined) throw unknownService(service);
    const watch = new StatusWatch(service ?? "", status);
    if (this.#hasEnded) watch.end();
    // A generator that waits does not hear that its caller has left: the signal tells.
    context.signal.addEventListener("abort", () => watch.end(), { once: true });
    this.#watches.add(watch);
    try {
      for await (const each of watch) yield { status: each };
    } finally {
      this.#watches.delete(watch);
    }
  }

  get #hasEnded(): boolean {
    return this.#server.state === "draining" || this.#server.state === "closed";
  }

  #serverChanged(_state: ServerState): void {
    this.#tell();
    // Streams that never end would hold up the drain that they announce.
    if (this.#hasEnded) for (const watch of this.#watches) watch.end();
  }

  #tell(): void {
    for (const watch of this.#watches) watch.tell(this.get(watch.service) ?? "NOT_SERVING");
  }
}

function unknownService(service: string | undefined): RpcError {
  return new RpcError({
    code: "NOT_FOUND",
    message: `service ${JSON.stringify((service ?? "").slice(0, 100))} is not served here`,
  });
}
