/** Which services there are, whom each calls, and how each is put on a server. */
import type { Channel, Server } from "taut";
import { AdService } from "../generated/shop/v1/ad.ts";
import { CartClient, CartService } from "../generated/shop/v1/cart.ts";
import { CheckoutService } from "../generated/shop/v1/checkout.ts";
import { CurrencyClient, CurrencyService } from "../generated/shop/v1/currency.ts";
import { EmailClient, EmailService } from "../generated/shop/v1/email.ts";
import { PaymentClient, PaymentService } from "../generated/shop/v1/payment.ts";
import { ProductCatalogClient, ProductCatalogService } from "../generated/shop/v1/product-catalog.ts";
import { RecommendationService } from "../generated/shop/v1/recommendation.ts";
import { ShippingClient, ShippingService } from "../generated/shop/v1/shipping.ts";
import { createAds } from "./ad.ts";
import { createCarts } from "./cart.ts";
import { createCheckout } from "./checkout.ts";
import { createCurrencies } from "./currency.ts";
import { createEmails } from "./email.ts";
import { createPayments } from "./payment.ts";
import { createProductCatalog } from "./product-catalog.ts";
import { createRecommendations } from "./recommendation.ts";
import { createShipping } from "./shipping.ts";

export type ServiceName =
  | "ad"
  | "cart"
  | "catalog"
  | "currency"
  | "email"
  | "payment"
  | "shipping"
  | "recommendation"
  | "checkout";

export interface Entry {
  /** The services that it calls: they are started first. */
  readonly calls: readonly ServiceName[];
  addTo(server: Server, channelTo: (name: ServiceName) => Channel): void;
}

/** In an order in which they can be started: whoever is called comes first. */
export const directory: Readonly<Record<ServiceName, Entry>> = {
  ad: { calls: [], addTo: (server) => server.add(AdService, createAds()) },
  cart: { calls: [], addTo: (server) => server.add(CartService, createCarts()) },
  catalog: { calls: [], addTo: (server) => server.add(ProductCatalogService, createProductCatalog()) },
  currency: { calls: [], addTo: (server) => server.add(CurrencyService, createCurrencies()) },
  email: { calls: [], addTo: (server) => server.add(EmailService, createEmails()) },
  payment: { calls: [], addTo: (server) => server.add(PaymentService, createPayments()) },
  shipping: { calls: [], addTo: (server) => server.add(ShippingService, createShipping()) },
  recommendation: {
    calls: ["catalog"],
    addTo(server, channelTo) {
      server.add(RecommendationService, createRecommendations(new ProductCatalogClient(channelTo("catalog"))));
    },
  },
  checkout: {
    calls: ["cart", "catalog", "currency", "shipping", "payment", "email"],
    addTo(server, channelTo) {
      const checkout = createCheckout({
        cart: new CartClient(channelTo("cart")),
        catalog: new ProductCatalogClient(channelTo("catalog")),
        currency: new CurrencyClient(channelTo("currency")),
        shipping: new ShippingClient(channelTo("shipping")),
        payment: new PaymentClient(channelTo("payment")),
        email: new EmailClient(channelTo("email")),
      });
      server.add(CheckoutService, checkout);
    },
  },
};

export function isServiceName(name: string | undefined): name is ServiceName {
  return name !== undefined && Object.hasOwn(directory, name);
}

/** The environment variable that holds the address of a service. */
export function addressVariable(name: ServiceName): string {
  return `SHOP_${name.toUpperCase()}`;
}
