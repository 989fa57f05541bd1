export interface Shop {
  find(...ids: string[]): Promise<string>;
  get(first: string, ...ids: string[]): Promise<string>;
}
