/** Turns a host name into all its addresses, as the system resolves names (`/etc/hosts` included). Knows nothing of when to ask. */

import { loadDns } from "./late-modules.ts";

/** Answers IP addresses, or names that the system can connect to. Rejects when there are none. */
export type Resolver = (name: string) => Promise<readonly string[]>;

export const systemResolver: Resolver = async (name) =>
  (await loadDns().lookup(name, { all: true })).map(({ address }) => address);
