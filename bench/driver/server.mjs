/** The process that serves one peer. */

import { countCollections, heapNow } from "../measure/allocation.mjs";
import { processCost, settledMemory } from "../measure/process-cost.mjs";
import { answerParent } from "./answer-parent.mjs";

let served;

answerParent({
  async start({ peer, options }) {
    countCollections();
    const { serve } = await import(`../peers/${peer}.mjs`);
    served = await serve(options);
    return { port: served.port };
  },
  cost: () => processCost(served.helpers),
  memory: settledMemory,
  heap: heapNow,
  exit: () => served?.close(),
});
