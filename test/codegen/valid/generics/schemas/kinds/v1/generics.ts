import type { Int32 } from "taut/schema";
import type { Stamped, WithId } from "./base.js";

export interface Page<T> {
  items: T[];
  next?: string;
}
export type Result<T, E = string> = { ok: true; value: T } | { ok: false; error: E };

export interface User extends WithId, Stamped {
  name: string;
  address: { street: string; city: string };
}
export type UserPage = Page<User>;
export type UserPatch = Partial<Omit<User, "id" | keyof Stamped>>;
export type UserName = Pick<User, "id" | "name">;
export type Flags = { [K in "read" | "write" as `can_${K}`]: boolean };
export type Street = User["address"]["street"];

interface Crud<T extends WithId, Patch> {
  /** @idempotent */
  get(id: T["id"]): Promise<T | null>;
  list(after?: string, limit?: Int32): Promise<Page<T>>;
  patch(id: T["id"], patch: Patch): Promise<Result<T>>;
}
export interface Users extends Crud<User, UserPatch> {
  names(): Promise<Page<UserName>>;
  flags(id: string): Promise<Flags>;
  counts(): Promise<Page<Int32>>;
}
