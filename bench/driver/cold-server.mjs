/** A process that does nothing but start serving: `cold-server.mjs <peer>`. Prints when it does. */

const [peer] = process.argv.slice(2);
const { serve } = await import(`../peers/${peer}.mjs`);
const served = await serve({});
process.stdout.write("serving\n", async () => {
  await served.close();
  process.exit(0);
});
