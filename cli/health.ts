/**
 * `taut health <target> [service]`: for probes of orchestrators and for people. Prints the status.
 *
 * Exit status 0 when it is SERVING, else 14, the number of UNAVAILABLE: also where nobody answers or no health service is offered.
 */

import { readFileSync } from "node:fs";
import { connect, isRpcError } from "taut";
import { HealthClient } from "taut/health";
import type { Argv, CommandModule } from "yargs";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

interface HealthArguments {
  readonly target: string;
  readonly service: string | undefined;
  readonly timeout: number;
  readonly watch: boolean;
  readonly json: boolean;
  readonly tls: boolean;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

const unavailable = 14;

export function healthCommand(terminal: Terminal, exit: (status: number) => void): CommandModule<object, HealthArguments> {
  return {
    command: "health <target> [service]",
    describe: "ask a server whether it, or one of its services, can be called",
    builder: (command) => arguments_(command),
    handler: async (given) => exit(await health(given, terminal)),
  };
}

function arguments_(command: Argv): Argv<HealthArguments> {
  return command
    .positional("target", {
      type: "string",
      demandOption: true,
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
  if (!(given.timeout > 0)) throw new UsageError(`--timeout must be a number of milliseconds above 0, not ${given.timeout}`);
  const channel = open(given);
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

function open(given: HealthArguments) {
  const { ca, cert, key } = given;
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
  };
  if (key !== undefined && cert === undefined) throw new UsageError("--key goes with --cert");
  const isTls = given.tls || ca !== undefined || cert !== undefined;
  const tls = {
    ...(ca === undefined ? {} : { ca: read(ca) }),
    ...(cert === undefined ? {} : { cert: read(cert) }),
    ...(key === undefined ? {} : { key: read(key) }),
  };
  try {
    return connect(given.target, { connectTimeoutMs: given.timeout, ...(isTls ? { tls } : {}) });
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}
