import type { Fault, Int32, Unrecognized, Uuid } from "taut/schema";
import type * as base from "./base.js";
import type { User } from "./generics.js";

export type { Page } from "./generics.js";

interface Linked<T> {
  next?: Linked<T>;
  place: Place;
}
interface Place {
  row: Int32;
}
enum Side {
  Left = "left",
  Right = "right",
}
declare const hidden: unique symbol;

/** A box of things. */
export interface Box<T extends base.WithId, Extra = Date> extends Linked<T>, base.Stamped {
  /** Of the first of them. */
  readonly first: T["id"];
  extra?: Map<string, Extra>;
  side: Side;
  left: Side.Left;
  "a `name`": Uuid;
  pages: import("./generics.js").Page<User>[];
  user: User & { nested: { deep: [item: T, ...rest: Extra[]] } };
}
export interface Box<T extends base.WithId, Extra> {
  merged: { extra: Extra; of: T } | null;
}
export interface Marked<T> {
  readonly [hidden]?: T;
  value: T;
}
export type Nullable<T> = { [K in keyof T]: T[K] | null };
export type Change<T> = { kind: "set"; value: T } | { kind: "none" } | Unrecognized<"kind">;
export interface Repository<T extends base.WithId> {
  find(id: T["id"]): Promise<T | null>;
  all(): AsyncIterable<T>;
}
export interface Lost extends Fault<"DATA_LOSS"> {
  row: Int32;
}
export type Outcome<T> = T | Lost;

export type UserBox = Box<User, Int32>;
export interface Boxes extends Repository<User> {
  open(id: string): Promise<UserBox | Lost>;
}
