/** A fixed range of products. */
import type { Product } from "../generated/shop/v1/product-catalog.ts";
import { type ProductCatalogHandler, ProductNotFound } from "../generated/shop/v1/product-catalog.ts";
import { usd } from "../money.ts";

const products: readonly Product[] = [
  product("OLJCESPC7Z", "Sunglasses", "Add a modern touch to your outfits.", usd(19n, 99), "accessories"),
  product("66VCHSJNUP", "Tank Top", "Perfectly cropped cotton tank.", usd(18n, 99), "clothing"),
  product(
    "1YMWWN1N4O",
    "Watch",
    "This gold-tone stainless steel watch will work with most outfits.",
    usd(109n, 99),
    "accessories",
  ),
  product("L9ECAV7KIM", "Loafers", "A neat addition to your summer wardrobe.", usd(89n, 99), "footwear"),
  product("2ZYFJ3GM2N", "Hairdryer", "Light and quiet, with three heat settings.", usd(24n, 99), "hair", "beauty"),
  product("0PUK6V6EV0", "Candle Holder", "Small, but it holds a big candle.", usd(18n, 99), "decor", "home"),
  product("LS4PSXUNUM", "Salt & Pepper Shakers", "Add some flavour to your kitchen.", usd(18n, 49), "kitchen"),
  product("9SIQT8TOJO", "Bamboo Glass Jar", "57 oz of storage, made from glass and bamboo.", usd(5n, 49), "kitchen"),
  product("6E92ZMYYFZ", "Mug", "A simple mug with a mustard interior.", usd(8n, 99), "kitchen"),
];

function product(
  id: string,
  name: string,
  description: string,
  price_usd: Product["price_usd"],
  ...categories: string[]
): Product {
  return { id, name, description, picture: `/static/products/${id}.jpg`, ...(price_usd && { price_usd }), categories };
}

export function createProductCatalog(): ProductCatalogHandler {
  const byId = new Map(products.map((product) => [product.id, product]));
  return {
    ListProducts() {
      return { products: [...products] };
    },
    GetProduct({ id }) {
      const found = byId.get(id);
      if (found === undefined) throw new ProductNotFound({ id });
      return found;
    },
    SearchProducts({ query }) {
      const words = query.toLowerCase();
      return { results: products.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(words)) };
    },
  };
}
