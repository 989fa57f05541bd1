/** The child's side of `child.mjs`: runs the task that the parent names and sends back what it answers, or the error's text. */

export function answerParent(tasks) {
  process.on("message", async ({ id, task, argument }) => {
    if (task === "exit") {
      const watchdog = setTimeout(() => process.exit(0), 1000);
      try {
        await tasks.exit?.();
      } finally {
        clearTimeout(watchdog);
        process.exit(0);
      }
    }
    try {
      process.send({ id, answer: (await tasks[task](argument)) ?? null });
    } catch (error) {
      process.send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  // the parent has gone: nobody is left to end this process
  process.on("disconnect", () => process.exit(1));
}
