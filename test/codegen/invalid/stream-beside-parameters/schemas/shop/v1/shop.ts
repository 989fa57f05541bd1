export interface Shop {
  upload(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  both(first: AsyncIterable<string>, second: AsyncIterable<string>): AsyncIterable<string>;
}
