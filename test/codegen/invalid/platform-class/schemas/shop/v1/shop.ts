export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  pattern: RegExp;
  error: Error;
  later: Promise<string>;
  weak: WeakMap<Date, string>;
  buffer: ArrayBuffer;
  view: DataView;
  floats: Float32Array;
  ints: BigInt64Array;
  boxedString: String;
  boxedNumber: Number;
  iterator: Iterator<string>;
  link: URL;
  shared: SharedArrayBuffer;
  intl: Intl.DateTimeFormat;
}
