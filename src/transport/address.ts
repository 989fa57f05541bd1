/**
 * Addresses as users write them: "tcp://host:port", "host:port", "tls://host:port", "unix:///path", "dns:///name:port".
 *
 * TypeError for anything else, with what was wrong: a typing error should fail where it was made, not as a failed connection.
 */

export type Address =
  /** `name`: what the host was resolved from, for the check of certificates. */
  | { readonly kind: "tcp" | "tls"; readonly host: string; readonly port: number; readonly name?: string }
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "dns"; readonly host: string; readonly port: number };

/** What `sockaddr_un` holds beside its NUL, 104 bytes on macOS and the BSDs, 108 on Linux (unix(7)). Node 20 cuts what is longer, without a word. */
const maxUnixPathBytes = process.platform === "linux" ? 107 : 103;

export function parseAddress(text: unknown): Address {
  if (typeof text !== "string") throw new TypeError(`address must be a string, not ${text === null ? "null" : typeof text}`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  switch (scheme?.[1]?.toLowerCase()) {
    case undefined:
      return hostAndPort("tcp", text, text);
    case "tcp":
      return hostAndPort("tcp", text.slice(6), text);
    case "tls":
      return hostAndPort("tls", text.slice(6), text);
    case "dns":
      return hostAndPort("dns", text.slice(6).replace(/^\//, ""), text);
    case "unix": {
      const path = text.slice(7);
      if (path === "" || path.includes("\0")) throw bad(text, "a path is missing: unix:///run/app.sock");
      if (Buffer.byteLength(path) > maxUnixPathBytes) throw bad(text, `a socket's path has at most ${maxUnixPathBytes} bytes`);
      return { kind: "unix", path };
    }
    default:
      throw bad(text, `unknown scheme "${scheme?.[1]}": use tcp, tls, unix or dns`);
  }
}

/** As `parseAddress` would read it again. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix://${address.path}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${address.kind}://${address.kind === "dns" ? "/" : ""}${host}:${address.port}`;
}

function hostAndPort(kind: "tcp" | "tls" | "dns", rest: string, whole: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:/?#\s[\]@]+)):(\d{1,5})\/?$/.exec(rest);
  if (match === null) throw bad(whole, 'expected "host:port"');
  const port = Number(match[3]);
  if (port > 65_535) throw bad(whole, `port ${port} is above 65535`);
  return { kind, host: (match[1] ?? match[2]) as string, port };
}

function bad(text: string, why: string): TypeError {
  return new TypeError(`bad address ${JSON.stringify(text.slice(0, 200))}: ${why}`);
}
