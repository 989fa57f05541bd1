/**
 * `taut health <target> [service]`: for probes of orchestrators and for people. Prints the status.
 *
 * Exit status 0 when it is SERVING, else 14, the number of UNAVAILABLE: also where nobody answers or no health service is offered.
 */

import { type Channel, connect, isRpcError } from "taut";
import { HealthClient } from "taut/health";
import type { Argv, CommandModule } from "yargs";
import { checkGiven } from "./given-flags.ts";
import type { Terminal } from "./terminal.ts";
import { readTlsFiles, type TlsFlags } from "./tls-files.ts";
import { UsageError } from "./usage-error.ts";

interface HealthArguments extends TlsFlags {
  readonly target: string | undefined;
  readonly service: string | undefined;
  readonly timeout: number;
  readonly watch: boolean;
  readonly json: boolean;
}

const unavailable = 14;
const purpose = "ask a server whether it, or one of its services, can be called";

export function healthCommand(terminal: Terminal, exit: (status: number) => void): CommandModule<object, HealthArguments> {
  return {
    // The target is needed, too: we say so in our own words.
    command: "health [target] [service]",
    describe: purpose,
    builder: (command) => arguments_(command),
    handler: async (given) => exit(await health(given, terminal)),
  };
}

function arguments_(command: Argv): Argv<HealthArguments> {
  return command
    .usage(`$0 health <target> [service]\n\n${purpose}`)
    .positional("target", {
      type: "string",
      describe: "host:port, tls://host:port, unix:///path, dns:///name:port",
    })
    .positional("service", { type: "string", describe: "full name, shop.v1.Orders; the server as a whole without it" })
    .option("timeout", { type: "number", default: 5_000, describe: "milliseconds for connection and answer" })
    .option("watch", { type: "boolean", default: false, describe: "print every change until the server goes" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" })
    .option("tls", { type: "boolean", default: false, describe: "use TLS, with the system's authorities unless --ca is given" })
    .option("ca", { type: "string", describe: "file with the authority's certificate (implies --tls)" })
    .option("cert", { type: "string", describe: "file with the client's certificate (implies --tls)" })
    .option("key", { type: "string", describe: "file with the key of --cert" }) as Argv<HealthArguments>;
}

async function health(given: HealthArguments, terminal: Terminal): Promise<number> {
  checkGiven(given, ["target", "service", "timeout", "ca", "cert", "key"]);
  if (!(given.timeout > 0)) throw new UsageError(`--timeout must be a number of milliseconds above 0, not ${given.timeout}`);
  const channel = await open(given);
  const client = new HealthClient(channel);
  const request = given.service === undefined ? {} : { service: given.service };
  const print = (status: string): void => terminal.data(given.json ? JSON.stringify({ status }) : status);
  let last = "";
  try {
    if (!given.watch) {
      last = (await client.check(request, { timeoutMs: given.timeout, retry: { attempts: 1, codes: [] } })).status;
      print(last);
    } else {
      for await (const { status } of client.watch(request)) {
        last = status;
        print(status);
      }
    }
  } catch (error) {
    if (!isRpcError(error)) throw error;
    terminal.say(`taut: ${error.code}: ${error.message}`);
    return unavailable;
  } finally {
    await channel.close();
  }
  return last === "SERVING" ? 0 : unavailable;
}

async function open(given: HealthArguments): Promise<Channel> {
  if (given.target === undefined) throw new UsageError("a target is needed: taut health host:port");
  const tls = await readTlsFiles(given);
  try {
    return connect(given.target, { connectTimeoutMs: given.timeout, ...(tls === undefined ? {} : { tls }) });
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}
