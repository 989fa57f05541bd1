/** Recommends other products, given those that a user looks at. */
export interface RecommendationService {
  /** @idempotent */
  ListRecommendations(req: ListRecommendationsRequest): Promise<ListRecommendationsResponse>;
}

export interface ListRecommendationsRequest {
  user_id: string;
  product_ids: string[];
}

export interface ListRecommendationsResponse {
  product_ids: string[];
}
