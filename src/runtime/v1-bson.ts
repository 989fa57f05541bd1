/**
 * What generated code imports where a schema uses classes of npm `bson` or `unknown`, version 1. Only ever grows.
 *
 * Loading it loads `bson` and registers its classes; no other entry does.
 */

/// <reference types="node" preserve="true" />

export {
  Binary,
  BSONRegExp,
  bsonClassBound,
  Decimal128,
  isBsonClass,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  toBinary,
  toBsonRegExp,
  toDecimal128,
  toMaxKey,
  toMinKey,
  toObjectId,
  toTimestamp,
  writeBinary,
  writeBsonRegExp,
  writeDecimal128,
  writeMaxKey,
  writeMinKey,
  writeObjectId,
  writeTimestamp,
} from "../bson/bson-classes.ts";
export { readValue as toUnknown } from "../bson/value-read.ts";
export { writeValue as writeUnknown } from "../bson/value-write.ts";
