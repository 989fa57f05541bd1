/** Two servers that are restarted in turn while 64 callers never stop: nobody may notice. 4 restarts here, 20 by `npm run chaos`. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "taut";
import { afterEach, expect, it } from "vitest";
import { killScripts, type Script, startScript } from "../support/child-script.ts";
import { PlainClient } from "../support/plain-service.ts";

const restarts = Number(process.env.TAUT_RESTARTS ?? 4);
const callers = 64;

afterEach(killScripts);

function startServer(address: string): Script {
  return startScript(
    `
    const ids = [];
    const counting = { ...handler, sleep: (request, context) => { ids.push(request.id); return sleeping(request, context); } };
    const server = createServer().add(plain, counting);
    console.log((await server.listen(process.argv[2])).url);
    await gracefulShutdown(server, { waitMs: 50, graceMs: 5000 });
    console.log(JSON.stringify(ids));
  `,
    [address],
  );
}

it(`loses no call and runs none twice over ${restarts} rolling restarts under ${callers} callers`, async () => {
  const servers = [startServer("127.0.0.1:0"), startServer("127.0.0.1:0")];
  const urls = await Promise.all(servers.map((server) => server.line()));
  const ran: number[] = [];
  const channel = connect(urls);
  const client = new PlainClient(channel);
  let [calls, isOver] = [0, false];
  const failures: unknown[] = [];
  const caller = async (): Promise<void> => {
    while (!isOver) {
      calls += 1;
      const id = calls;
      const call = id % 2 === 0 ? client.sleep({ id, ms: 5 }) : client.sleepSafely({ id, ms: 5 });
      await call.catch((error: unknown) => failures.push(error));
      await sleep(3);
    }
  };
  const calling = Array.from({ length: callers }, caller);
  for (let restart = 0; restart < restarts; restart += 1) {
    await sleep(150);
    const which = restart % 2;
    const old = servers[which] as Script;
    old.child.kill("SIGTERM");
    ran.push(...(JSON.parse(await old.line()) as number[]));
    expect(await old.ended).toMatchObject({ code: 0, stderr: "" });
    servers[which] = startServer(urls[which] as string);
    await (servers[which] as Script).line();
  }
  await sleep(200);
  isOver = true;
  await Promise.all(calling);
  for (const server of servers) {
    server.child.kill("SIGTERM");
    ran.push(...(JSON.parse(await server.line()) as number[]));
  }
  expect(failures).toEqual([]);
  expect(new Set(ran).size).toBe(ran.length);
  expect(ran.length).toBe(Math.floor(calls / 2));
  expect(channel.stats()).toMatchObject({ started: calls, succeeded: calls, open: 0 });
  await channel.close();
}, 300_000);
