import type { Uuid } from "taut/schema";

export interface WithId {
  readonly id: Uuid;
}
export interface Stamped {
  created: Date;
  changed: Date;
}
