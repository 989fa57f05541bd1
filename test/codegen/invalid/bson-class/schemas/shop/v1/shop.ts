import type { Double, Int32, Long, ObjectId, UUID } from "bson";

export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  fine: ObjectId;
  count: Int32;
  total: Long;
  ratio: Double;
  id: UUID;
}
