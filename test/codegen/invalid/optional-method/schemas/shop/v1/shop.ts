export interface Shop {
  find?(id: string): Promise<string>;
  get?: (id: string) => Promise<string>;
  maybe: (() => Promise<void>) | null;
}
