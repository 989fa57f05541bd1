import type { Fault } from "taut/schema";
import type { Money } from "./currency.ts";
import type { Empty } from "./empty.ts";

/** What the shop sells. */
export interface ProductCatalogService {
  /** @idempotent */
  ListProducts(req: Empty): Promise<ListProductsResponse>;
  /** @idempotent */
  GetProduct(req: GetProductRequest): Promise<Product | ProductNotFound>;
  /**
   * Finds the words of the query in names and descriptions.
   * @idempotent
   */
  SearchProducts(req: SearchProductsRequest): Promise<SearchProductsResponse>;
}

/** The catalogue has no product of this id. */
export interface ProductNotFound extends Fault<"NOT_FOUND"> {
  id: string;
}

export interface Product {
  id: string;
  name: string;
  description: string;
  picture: string;
  price_usd?: Money;
  /** Such as "clothing" or "kitchen": what advertisements and recommendations go by. */
  categories: string[];
}

export interface ListProductsResponse {
  products: Product[];
}

export interface GetProductRequest {
  id: string;
}

export interface SearchProductsRequest {
  query: string;
}

export interface SearchProductsResponse {
  results: Product[];
}
