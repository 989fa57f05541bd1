import type { Code, Fault } from "taut/schema";

export interface Shop {
  get(id: string): Promise<string | Vague | Wide>;
}

export interface Vague extends Fault<"NOT_FOUND" | "ABORTED"> {}
export interface Wide extends Fault<Code> {}
