import type { Unrecognized } from "taut/schema";

export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  alone: Unrecognized<"kind">;
  scalar: string | Unrecognized<"kind">;
  other: { kind: "a" } | { kind: "b" } | Unrecognized<"type">;
  two: { kind: "a" } | { kind: "b" } | Unrecognized<"kind"> | Unrecognized<"type">;
  list: Unrecognized<"kind">[];
}
