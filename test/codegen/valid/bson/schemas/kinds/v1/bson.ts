import type { Binary, BSONRegExp, Decimal128, MaxKey, MinKey, ObjectId, Timestamp } from "bson";

export interface Classes {
  id: ObjectId;
  price: Decimal128;
  at: Timestamp;
  data: Binary;
  least: MinKey;
  most: MaxKey;
  pattern: BSONRegExp;
  optional?: ObjectId | null;
  ids: ObjectId[];
}

export interface Documents {
  get(id: ObjectId): Promise<Classes | null>;
}
