/**
 * The PEM files that `taut health` is given, read and checked before anything connects: what fails in a connection later says neither
 * which file it was nor that the command was called wrongly.
 */

import { readFileSync } from "node:fs";
import { UsageError } from "./usage-error.ts";

export interface TlsFlags {
  readonly tls: boolean;
  /** Names of files. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** @returns what to connect with, nothing without TLS */
export async function readTlsFiles({ tls, ca, cert, key }: TlsFlags): Promise<TlsFiles | undefined> {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key go together");
  if (!tls && ca === undefined && cert === undefined) return undefined;
  // Only who uses TLS should wait for it.
  const { createSecureContext } = await import("node:tls");
  const files: TlsFiles = {
    ...(ca === undefined ? {} : { ca: read("ca", ca) }),
    ...(cert === undefined ? {} : { cert: read("cert", cert) }),
    ...(key === undefined ? {} : { key: read("key", key) }),
  };
  // As `ca` it would pass whatever it holds: what is no certificate is skipped there.
  if (files.ca) refuse(`--ca ${ca} holds no certificate in PEM`, () => createSecureContext({ cert: files.ca }));
  if (files.cert) refuse(`--cert ${cert} holds no certificate in PEM`, () => createSecureContext({ cert: files.cert }));
  if (files.key)
    refuse(`--key ${key} holds no private key in PEM without a passphrase`, () => createSecureContext({ key: files.key }));
  if (files.cert) refuse(`--cert ${cert} and --key ${key} do not belong together`, () => createSecureContext(files));
  return files;
}

function read(flag: string, file: string): Buffer {
  return refuse(`--${flag} ${file} cannot be read`, () => readFileSync(file));
}

/** UsageError with the reason where the step fails. */
function refuse<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new UsageError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
