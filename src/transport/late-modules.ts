/**
 * Node's modules that plain TCP does without, loaded when something first needs them: node:tls alone is 2 to 5 ms of the 15 ms that a
 * client's start costs beside Node's own. Knows nothing of what is done with them.
 */

import type dns from "node:dns/promises";
import type fs from "node:fs";
import type tls from "node:tls";

export const loadTls = (): typeof tls => process.getBuiltinModule("node:tls");

export const loadDns = (): typeof dns => process.getBuiltinModule("node:dns/promises");

export const loadFs = (): typeof fs => process.getBuiltinModule("node:fs");
