/** The guide: each kind of method is an ordinary function. */
import { distance, features, key } from "./features.ts";
import { NoFeature, type Point, type RouteGuideHandler, type RouteNote } from "./generated/routeguide/v1/route-guide.ts";

export function routeGuide(): RouteGuideHandler {
  const notes = new Map<string, RouteNote[]>();
  return {
    getFeature(point) {
      const found = features.find(({ location }) => key(location) === key(point));
      if (found === undefined) throw new NoFeature({ at: point }, { message: `nothing at ${key(point)}` });
      return found;
    },

    *listFeatures({ lo, hi }) {
      for (const feature of features) {
        const { latitude, longitude } = feature.location;
        const isInside =
          latitude >= lo.latitude && latitude <= hi.latitude && longitude >= lo.longitude && longitude <= hi.longitude;
        if (isInside) yield feature;
      }
    },

    async recordRoute(points) {
      const summary = { pointCount: 0, featureCount: 0, distance: 0 };
      let last: Point | undefined;
      for await (const point of points) {
        summary.pointCount += 1;
        if (features.some(({ location }) => key(location) === key(point))) summary.featureCount += 1;
        if (last !== undefined) summary.distance += distance(last, point);
        last = point;
      }
      return { ...summary, distance: Math.round(summary.distance) };
    },

    async *routeChat(incoming) {
      for await (const note of incoming) {
        const left = notes.get(key(note.location)) ?? [];
        yield* left;
        notes.set(key(note.location), [...left, note]);
      }
    },
  };
}
