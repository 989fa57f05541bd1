/** Advertisements, by category of what the user looks at. */
import type { Ad, AdHandler } from "../generated/shop/v1/ad.ts";

const advertisements: ReadonlyMap<string, Ad> = new Map([
  ["clothing", { redirect_url: "/product/66VCHSJNUP", text: "Tank top for sale. 20% off." }],
  ["accessories", { redirect_url: "/product/1YMWWN1N4O", text: "Watch for sale. Buy one, get a second one free." }],
  ["footwear", { redirect_url: "/product/L9ECAV7KIM", text: "Loafers for sale. Buy one, get a second one free." }],
  ["decor", { redirect_url: "/product/0PUK6V6EV0", text: "Candle holder for sale. 30% off." }],
  ["kitchen", { redirect_url: "/product/9SIQT8TOJO", text: "Bamboo glass jar for sale. 10% off." }],
]);

export function createAds(): AdHandler {
  return {
    GetAds({ context_keys }) {
      const fitting = context_keys.map((key) => advertisements.get(key)).filter((ad) => ad !== undefined);
      return { ads: fitting.length > 0 ? fitting : [...advertisements.values()].slice(0, 2) };
    },
  };
}
