/**
 * One service of the shop as a process of its own: `node serve.js cart tcp://127.0.0.1:4001`.
 *
 * Where the services are that it calls stands in the environment: `SHOP_CART=tcp://127.0.0.1:4001`. Prints the address it listens
 * on as its first line (port 0 picks one). On SIGTERM it drains: calls under way are finished, new ones go nowhere, and the process
 * ends by itself because nothing keeps it.
 */
import { type Channel, connect, createServer } from "taut";
import { addressVariable, directory, isServiceName, type ServiceName } from "./services/directory.ts";

const [name, address = "tcp://127.0.0.1:0"] = process.argv.slice(2);
if (!isServiceName(name)) {
  console.error(`usage: serve.js <${Object.keys(directory).join(" | ")}> [address]`);
  process.exit(2);
}

const channels: Channel[] = [];
function channelTo(peer: ServiceName): Channel {
  const target = process.env[addressVariable(peer)];
  if (target === undefined) throw new Error(`${name} calls ${peer}: set ${addressVariable(peer)} to its address`);
  const channel = connect(target);
  channels.push(channel);
  return channel;
}

const server = createServer({ onError: (error, where) => console.error(name, error, where) });
directory[name].addTo(server, channelTo);
const { url } = await server.listen(address);
console.log(url);

process.once("SIGTERM", async () => {
  const { finished, cancelled } = await server.drain({ graceMs: 5_000 });
  await server.close();
  for (const channel of channels) await channel.close();
  if (finished + cancelled > 0) console.log(`drained: ${finished} finished, ${cancelled} cancelled`);
});
