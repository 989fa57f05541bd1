/** `taut/health`: whether a server, or one of its services, can be called. The schema is `schemas/taut/health/v1/health.ts`. */

export { addHealth, type Health } from "./health.ts";
export {
  decodeHealthAnswer,
  decodeHealthRequest,
  encodeHealthAnswer,
  encodeHealthRequest,
  type HealthAnswer,
  HealthClient,
  type HealthHandler,
  type HealthRequest,
  HealthService,
  type HealthStatus,
} from "./health-service.ts";
