/** Recommends what the catalogue has beyond what the user looks at. */
import type { ProductCatalogClient } from "../generated/shop/v1/product-catalog.ts";
import type { RecommendationHandler } from "../generated/shop/v1/recommendation.ts";

export function createRecommendations(catalog: ProductCatalogClient): RecommendationHandler {
  return {
    async ListRecommendations({ product_ids }) {
      const { products } = await catalog.ListProducts({});
      const others = products.map(({ id }) => id).filter((id) => !product_ids.includes(id));
      return { product_ids: others.slice(0, 5) };
    },
  };
}
