/** Node's socket and TLS error codes in words, each with what a user can do. The code itself always stands in the text. */

const words: Readonly<Record<string, string>> = Object.freeze({
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the peer reset the connection",
  EPIPE: "the peer has closed the connection",
  ETIMEDOUT: "no answer from the network",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ENOTFOUND: "the name does not resolve",
  EAI_AGAIN: "the name server did not answer",
  EACCES: "no permission",
  ENOENT: "no such socket file",
  EADDRINUSE: "the address is in use",
  EADDRNOTAVAIL: "the address is not this machine's",
  EMFILE: "no file descriptors left in this process",
  CERT_HAS_EXPIRED: "the peer's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the peer's certificate is self-signed and not among the trusted ones",
  SELF_SIGNED_CERT_IN_CHAIN: "the peer's certificate chain ends in an untrusted one",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the peer's certificate was not signed by a trusted authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the peer's certificate was not signed by a trusted authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "the peer's certificate is for another host name",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "the server asks for a client certificate",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "the server does not trust the client certificate",
  ERR_SSL_WRONG_VERSION_NUMBER: "the peer does not speak TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the peer does not speak TLS",
});

/** "nobody listens there (ECONNREFUSED)"; Node's own text for codes that are not in the table. */
export function describeSocketError(error: unknown): string {
  const { code, message, errors } = (error ?? {}) as { code?: unknown; message?: unknown; errors?: unknown[] };
  if (Array.isArray(errors) && errors.length > 0 && typeof code !== "string") return describeSocketError(errors[0]);
  if (typeof code !== "string") return typeof message === "string" ? message : String(error);
  const known = Object.hasOwn(words, code) ? words[code] : undefined;
  return known === undefined ? `${typeof message === "string" ? message : "failed"} (${code})` : `${known} (${code})`;
}
