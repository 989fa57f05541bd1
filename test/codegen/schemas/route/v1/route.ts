// RouteGuide (the gRPC tutorial service) and Eliza (the Connect demo service), as plain TypeScript.
// Translated from grpc/grpc examples/protos/route_guide.proto (BSD-3-Clause header in the version read) and
// connectrpc/examples-es proto/connectrpc/eliza/v1/eliza.proto (Apache-2.0; commit 1be3b33c).
//
// Shape: RouteGuide has exactly one method of each of the four kinds: unary, server stream, client stream,
// bidirectional stream. Eliza has a unary method marked as having no side effects, a bidirectional and a server
// stream, and two enums.
// The smallest complete tour of a streaming RPC framework.
//
// Edited for Taut: the width alias is imported from taut/schema (a local alias is a plain number); what Say's comment says in words,
// @idempotent says to the generator.

import type { Int32 } from "taut/schema";

// ---------------------------------------------------------------- RouteGuide
export interface RouteGuide {
  /** unary; a feature with an empty name is returned when there is none at that point */
  GetFeature(point: Point): Promise<Feature>;
  /** server stream */
  ListFeatures(rect: Rectangle): AsyncIterable<Feature>;
  /** client stream */
  RecordRoute(points: AsyncIterable<Point>): Promise<RouteSummary>;
  /** bidirectional stream; notes already left at a location are sent back as new ones arrive */
  RouteChat(notes: AsyncIterable<RouteNote>): AsyncIterable<RouteNote>;
}
/** E7 representation: degrees times 10**7, rounded. Latitude -90..90, longitude -180..180 degrees. */
export interface Point {
  latitude: Int32;
  longitude: Int32;
}
export interface Rectangle {
  lo?: Point;
  hi?: Point;
}
export interface Feature {
  name: string;
  location?: Point;
}
export interface RouteNote {
  location?: Point;
  message: string;
}
export interface RouteSummary {
  point_count: Int32;
  feature_count: Int32;
  /** metres */
  distance: Int32;
  /** seconds */
  elapsed_time: Int32;
}

// ---------------------------------------------------------------- Eliza
export interface ElizaService {
  /** declared free of side effects: safe to retry and to hedge @idempotent */
  Say(req: SayRequest): Promise<SayResponse>;
  Converse(reqs: AsyncIterable<ConverseRequest>): AsyncIterable<ConverseResponse>;
  Introduce(req: IntroduceRequest): AsyncIterable<IntroduceResponse>;
}
export type Volume = 'VOLUME_UNSPECIFIED' | 'VOLUME_LOUD' | 'VOLUME_SOFT';
export interface SayRequest {
  sentence: string;
  volume: Volume;
}
export interface SayResponse {
  sentence: string;
}
export interface ConverseRequest {
  sentence: string;
  volume: Volume;
}
export interface ConverseResponse {
  sentence: string;
}
export interface IntroduceRequest {
  name: string;
}
export interface IntroduceResponse {
  sentence: string;
}
