/** @format email */
export type Email = string;

export interface Shop {
  page(request: Page<Email>): Promise<void>;
}

export interface Page<T> {
  items: T[];
}
