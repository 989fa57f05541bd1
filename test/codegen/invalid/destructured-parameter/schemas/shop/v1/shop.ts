export interface Shop {
  move({ id }: { id: string }, to: string): Promise<void>;
  swap([a, b]: [string, string], to: string): Promise<void>;
}
