export interface Shop {
  late(id: string): Promise<AsyncIterable<string>>;
  generator(id: string): AsyncGenerator<string>;
  iterator(id: string): AsyncIterableIterator<string>;
  web(id: string): ReadableStream<string>;
  sync(id: string): Iterable<string>;
  upload(chunks: ReadableStream<Uint8Array>): Promise<void>;
  yielded(chunks: AsyncGenerator<string>): Promise<void>;
  nested(chunks: AsyncIterable<AsyncIterable<string>>): Promise<void>;
  inside(request: { chunks: AsyncIterable<string> }): Promise<void>;
  push(chunks: AsyncIterable<string>): void;
  maybe(chunks?: AsyncIterable<string>): Promise<void>;
}
