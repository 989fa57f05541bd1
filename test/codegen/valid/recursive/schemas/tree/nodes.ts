import type { Int32 } from "taut/schema";

export interface A {
  many: B[];
}
export interface B {
  one?: A | null;
  other?: C;
}
export interface C {
  named: Record<string, A>;
}
export interface Page<T> {
  items: T[];
  next?: Page<T>;
}
export type NumberPage = Page<Int32>;
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Expression = { op: "number"; value: number } | { op: "add"; left: Expression; right: Expression };

export interface Trees {
  echo(request: A): Promise<A>;
  page(request: NumberPage): Promise<Page<string>>;
  nested(request: { page: Page<A> }): Promise<Expression>;
}
