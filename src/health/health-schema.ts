/** A copy of schemas/taut/health/v1/health.ts: this package builds without its neighbours. Do not edit. */

/** Tells load balancers, orchestrators and people whether a server can be called. Served by `addHealth` of `taut/health`. */

/** More may come: whatever is not "SERVING" is a reason to go elsewhere. */
export type HealthStatus = "SERVING" | "NOT_SERVING" | (string & {});

export interface HealthRequest {
  /** The full name of a service, `shop.v1.Orders`; the server as a whole where it is left out or empty. */
  service?: string;
}

export interface HealthAnswer {
  status: HealthStatus;
}

/** Answers even where an overloaded server turns other calls away. */
export interface Health {
  /**
   * NOT_FOUND for a service that is not served here.
   * @idempotent @timeoutMs 5000
   */
  check(request: HealthRequest): Promise<HealthAnswer>;
  /** The status now, then each change of it. Ends when the server goes, after "NOT_SERVING". */
  watch(request: HealthRequest): AsyncIterable<HealthAnswer>;
}
