// Online Boutique (Google Cloud "microservices-demo"): nine services of a web shop, as plain TypeScript.
// Translated from GoogleCloudPlatform/microservices-demo protos/demo.proto (Apache-2.0; commit 34ffea917).
//
// Shape: 9 services, 15 unary methods, 32 messages, no enums, no streams. The typical small-message, high-rate
// microservice mesh: one PlaceOrder call fans out to seven other services. Features: money as int64 units plus
// int32 nanos, nested messages, repeated messages, an empty message used both as request and as response.
//
// Edited for Taut: the width aliases are imported from taut/schema (a local alias is a plain number).

import type { Int32, Int64 } from "taut/schema";

export interface Empty {}

// ---------------------------------------------------------------- cart
export interface CartService {
  AddItem(req: AddItemRequest): Promise<Empty>;
  GetCart(req: GetCartRequest): Promise<Cart>;
  EmptyCart(req: EmptyCartRequest): Promise<Empty>;
}
export interface CartItem {
  product_id: string;
  quantity: Int32;
}
export interface AddItemRequest {
  user_id: string;
  item?: CartItem;
}
export interface EmptyCartRequest {
  user_id: string;
}
export interface GetCartRequest {
  user_id: string;
}
export interface Cart {
  user_id: string;
  items: CartItem[];
}

// ---------------------------------------------------------------- recommendation
export interface RecommendationService {
  ListRecommendations(req: ListRecommendationsRequest): Promise<ListRecommendationsResponse>;
}
export interface ListRecommendationsRequest {
  user_id: string;
  product_ids: string[];
}
export interface ListRecommendationsResponse {
  product_ids: string[];
}

// ---------------------------------------------------------------- product catalogue
export interface ProductCatalogService {
  ListProducts(req: Empty): Promise<ListProductsResponse>;
  GetProduct(req: GetProductRequest): Promise<Product>;
  SearchProducts(req: SearchProductsRequest): Promise<SearchProductsResponse>;
}
export interface Product {
  id: string;
  name: string;
  description: string;
  picture: string;
  price_usd?: Money;
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

// ---------------------------------------------------------------- shipping
export interface ShippingService {
  GetQuote(req: GetQuoteRequest): Promise<GetQuoteResponse>;
  ShipOrder(req: ShipOrderRequest): Promise<ShipOrderResponse>;
}
export interface Address {
  street_address: string;
  city: string;
  state: string;
  country: string;
  zip_code: Int32;
}
export interface GetQuoteRequest {
  address?: Address;
  items: CartItem[];
}
export interface GetQuoteResponse {
  cost_usd?: Money;
}
export interface ShipOrderRequest {
  address?: Address;
  items: CartItem[];
}
export interface ShipOrderResponse {
  tracking_id: string;
}

// ---------------------------------------------------------------- currency
export interface CurrencyService {
  GetSupportedCurrencies(req: Empty): Promise<GetSupportedCurrenciesResponse>;
  Convert(req: CurrencyConversionRequest): Promise<Money>;
}
/** units and nanos have the same sign; nanos is in -999,999,999 .. +999,999,999 */
export interface Money {
  currency_code: string;
  units: Int64;
  nanos: Int32;
}
export interface GetSupportedCurrenciesResponse {
  currency_codes: string[];
}
export interface CurrencyConversionRequest {
  from?: Money;
  to_code: string;
}

// ---------------------------------------------------------------- payment
export interface PaymentService {
  Charge(req: ChargeRequest): Promise<ChargeResponse>;
}
export interface CreditCardInfo {
  credit_card_number: string;
  credit_card_cvv: Int32;
  credit_card_expiration_year: Int32;
  credit_card_expiration_month: Int32;
}
export interface ChargeRequest {
  amount?: Money;
  credit_card?: CreditCardInfo;
}
export interface ChargeResponse {
  transaction_id: string;
}

// ---------------------------------------------------------------- email
export interface EmailService {
  SendOrderConfirmation(req: SendOrderConfirmationRequest): Promise<Empty>;
}
export interface OrderItem {
  item?: CartItem;
  cost?: Money;
}
export interface OrderResult {
  order_id: string;
  shipping_tracking_id: string;
  shipping_cost?: Money;
  shipping_address?: Address;
  items: OrderItem[];
}
export interface SendOrderConfirmationRequest {
  email: string;
  order?: OrderResult;
}

// ---------------------------------------------------------------- checkout
export interface CheckoutService {
  PlaceOrder(req: PlaceOrderRequest): Promise<PlaceOrderResponse>;
}
export interface PlaceOrderRequest {
  user_id: string;
  user_currency: string;
  address?: Address;
  email: string;
  credit_card?: CreditCardInfo;
}
export interface PlaceOrderResponse {
  order?: OrderResult;
}

// ---------------------------------------------------------------- ads
export interface AdService {
  GetAds(req: AdRequest): Promise<AdResponse>;
}
export interface AdRequest {
  context_keys: string[];
}
export interface AdResponse {
  ads: Ad[];
}
export interface Ad {
  redirect_url: string;
  text: string;
}
