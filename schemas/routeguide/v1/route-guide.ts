import type { Fault, Int32 } from "taut/schema";

/** The gRPC tutorial's service: one method of each kind. */
export interface RouteGuide {
  /**
   * The feature at a point; NoFeature when there is none.
   * @idempotent
   */
  getFeature(point: Point): Promise<Feature | NoFeature>;
  /** The features within a rectangle, as they are found. */
  listFeatures(rectangle: Rectangle): AsyncIterable<Feature>;
  /** Takes the points of a route as they are passed, and sums it up. */
  recordRoute(points: AsyncIterable<Point>): Promise<RouteSummary>;
  /** Notes left at a place are sent to whoever comes there later. */
  routeChat(notes: AsyncIterable<RouteNote>): AsyncIterable<RouteNote>;
}

/** E7 representation: degrees times 10**7, rounded. */
export interface Point {
  /** @minimum -900000000 @maximum 900000000 */
  latitude: Int32;
  /** @minimum -1800000000 @maximum 1800000000 */
  longitude: Int32;
}

export interface Rectangle {
  lo: Point;
  hi: Point;
}

export interface Feature {
  name: string;
  location: Point;
}

export interface NoFeature extends Fault<"NOT_FOUND"> {
  at: Point;
}

export interface RouteNote {
  location: Point;
  message: string;
}

export interface RouteSummary {
  pointCount: Int32;
  featureCount: Int32;
  /** Metres. */
  distance: Int32;
}
