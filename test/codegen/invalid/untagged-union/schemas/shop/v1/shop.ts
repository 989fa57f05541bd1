export interface Shop {
  place(request: Order): Promise<Card | Cash>;
}

export interface Card {
  number: string;
}
export interface Cash {
  amount: bigint;
}
export interface Order {
  payment: Card | Cash;
  optionalTag: { kind?: "a"; a: string } | { kind?: "b"; b: string };
  sameTag: { kind: "a"; a: string } | { kind: "a"; b: string };
  wideTag: { kind: "a"; a: string } | { kind: string; b: string };
}
