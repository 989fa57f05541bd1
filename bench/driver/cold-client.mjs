/** A process that does nothing but make its first call: `cold-client.mjs <peer> <port>`. Prints when it has the answer. */

import { makeSmall } from "../data/messages.mjs";

const [peer, port] = process.argv.slice(2);
const { connect } = await import(`../peers/${peer}.mjs`);
const client = await connect(Number(port));
await client.echoSmall(makeSmall(1));
process.stdout.write("answered\n", () => process.exit(0));
