/** What else the machine did: figures taken beside other work are worth little, and the report has to say so. */

import { cpus } from "node:os";

/** CPU time of the whole machine so far, in microseconds. */
export function machineCpuUs() {
  let busy = 0;
  for (const { times } of cpus()) busy += times.user + times.nice + times.sys + times.irq;
  return busy * 1000;
}

/** What other programs may use of a core before a round's figures are doubtful. */
const QUIET_CORES = 0.2;

export function isQuiet({ othersCores = 0 }) {
  return othersCores <= QUIET_CORES;
}
