import type { Int32, JsonValue, Unrecognized } from "taut/schema";

export interface Circle {
  kind: "circle";
  radius: number;
}
export interface Square {
  kind: "square";
  side: number;
}
export type Shape = Circle | Square;
export type OpenShape = Shape | { kind: "line" | "ray"; length: number } | Unrecognized<"kind">;
export type Reply = { ok: true; value: Shape } | { ok: false; error: string };
export type Status = { code: 200 | 201; body: string } | { code: 404 };
export type Named = { name: string } & Shape;

export interface Mixed {
  when: Date | string;
  size: number | "auto" | null;
  level: 1 | 2 | 3;
  unit: "m" | "km" | (string & {});
  note: JsonValue | Date | Uint8Array;
  by: UserId | GroupId | null;
  scale: "mm" | 1000 | true | (string & {});
  limit: "none" | 0 | true | Record<string, Int32>;
  shape?: Shape;
  owner: { id: string } | Uint8Array | boolean;
  items: string[] | Date;
  labels: Record<string, Int32> | string;
}

export interface Shapes {
  draw(request: Shape): Promise<Reply>;
  open(request: OpenShape): AsyncIterable<OpenShape>;
  status(of: Shape | null): Promise<Status | null>;
  named(request: Named): Promise<Mixed>;
}
export type UserId = string & { readonly __brand: "UserId" };
export type GroupId = string & { readonly __brand: "GroupId" };
