/** Server and client in one process, to be read from top to bottom. Ends by itself. */
import assert from "node:assert/strict";
import { connect, createServer } from "taut";
import { features } from "./features.ts";
import { NoFeature, RouteGuideClient, RouteGuideService, type RouteNote } from "./generated/routeguide/v1/route-guide.ts";
import { routeGuide } from "./handler.ts";

const server = createServer({ onError: (error, where) => console.error(error, where) }).add(RouteGuideService, routeGuide());
const { url } = await server.listen("127.0.0.1:0");
const channel = connect(url);
const guide = new RouteGuideClient(channel);

console.log("One answer: getFeature");
const [first] = features;
assert(first !== undefined);
const feature = await guide.getFeature(first.location);
console.log(`  ${feature.name}`);
const nothing = await guide.settled.getFeature({ latitude: 0, longitude: 0 });
assert(!nothing.ok && NoFeature.is(nothing.error));
console.log(`  ${nothing.error.code}: ${nothing.error.message}`);

console.log("A stream of answers: listFeatures");
const lo = { latitude: 400_000_000, longitude: -750_000_000 };
const hi = { latitude: 420_000_000, longitude: -730_000_000 };
let count = 0;
for await (const { name } of guide.listFeatures({ lo, hi })) {
  console.log(`  ${name}`);
  count += 1;
}
assert.equal(count, features.length);

console.log("A stream of requests: recordRoute");
const summary = await guide.recordRoute(features.map(({ location }) => location));
console.log(`  ${summary.pointCount} points, ${summary.featureCount} features, ${(summary.distance / 1_000).toFixed(1)} km`);
assert.equal(summary.pointCount, features.length);

console.log("Both at once: routeChat");
async function* walk(): AsyncIterable<RouteNote> {
  for (const message of ["first here", "second here", "third here"]) yield { location: first?.location ?? lo, message };
}
const heard: string[] = [];
for await (const { message } of guide.routeChat(walk())) heard.push(message);
console.log(`  heard: ${heard.join("; ")}`);
assert.deepEqual(heard, ["first here", "first here", "second here"]);

await channel.close();
await server.close();
