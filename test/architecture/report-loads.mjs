/**
 * Preloaded into a Node process by `architecture-loading.test.ts`: writes the URL of every module that is loaded to descriptor 3,
 * one a line. Node 20 runs hooks on a thread of their own (`register`), newer lines in the same one (`registerHooks`).
 */
import { writeSync } from "node:fs";
import * as module from "node:module";

const report = (url) => writeSync(3, `${url}\n`);

if (typeof module.registerHooks === "function") {
  module.registerHooks({
    load(url, context, next) {
      report(url);
      return next(url, context);
    },
  });
} else {
  const hooks = `import { writeSync } from "node:fs";
    export async function load(url, context, next) { writeSync(3, url + "\\n"); return next(url, context); }`;
  module.register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}
