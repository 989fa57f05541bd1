/** What the guide knows, and how far places are apart. */
import type { Feature, Point } from "./generated/routeguide/v1/route-guide.ts";

export const features: readonly Feature[] = [
  { name: "Patriots Path, Mendham, NJ", location: { latitude: 407_838_351, longitude: -746_143_763 } },
  { name: "101 New Jersey 10, Whippany, NJ", location: { latitude: 408_122_808, longitude: -743_999_179 } },
  { name: "U.S. 6, Shohola, PA", location: { latitude: 413_628_156, longitude: -749_015_468 } },
  { name: "Conners Road, Kingston, NY", location: { latitude: 419_999_544, longitude: -740_371_136 } },
  { name: "Mid Hudson Psychiatric Center, New Hampton, NY", location: { latitude: 413_786_104, longitude: -744_015_706 } },
];

export const key = ({ latitude, longitude }: Point): string => `${latitude},${longitude}`;

/** Metres along a great circle, by the haversine formula on a sphere of 6,371 km. */
export function distance(a: Point, b: Point): number {
  const radians = (e7: number): number => (e7 / 1e7) * (Math.PI / 180);
  const [latA, latB] = [radians(a.latitude), radians(b.latitude)];
  const half =
    Math.sin((latB - latA) / 2) ** 2 + Math.cos(latA) * Math.cos(latB) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 6_371_000 * 2 * Math.atan2(Math.sqrt(half), Math.sqrt(1 - half));
}
