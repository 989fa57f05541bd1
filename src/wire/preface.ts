/**
 * The first bytes of a connection, and how to tell who speaks when they are not ours. PROTOCOL.md: "First bytes".
 *
 * Byte by byte, before any length is believed: a stranger's bytes allocate nothing. After PNG's signature: a high bit
 * (7-bit channels break it), the name, CR LF (newline translation breaks it), Ctrl-Z, no final newline.
 */

export const magic: Buffer = Buffer.from([0x89, 0x54, 0x41, 0x55, 0x54, 0x0d, 0x0a, 0x1a]);

/** Who a stranger seems to be. */
export type Foreigner = "HTTP" | "HTTP/2" | "TLS" | "SSH" | "Redis" | "unknown protocol";

export type PrefaceResult =
  /** All bytes so far agree; `used` of this chunk belong to the preface. */
  | { readonly state: "incomplete"; readonly used: number }
  | { readonly state: "complete"; readonly used: number }
  | { readonly state: "foreign"; readonly who: Foreigner; readonly firstBytes: Buffer };

/** Recognises the preface however it is cut. Keeps at most 8 bytes. */
export class PrefaceReader {
  #matched = 0;

  receive(chunk: Buffer): PrefaceResult {
    let at = 0;
    while (at < chunk.length && this.#matched < magic.length) {
      if (chunk[at] !== magic[this.#matched]) {
        const firstBytes = Buffer.concat([magic.subarray(0, this.#matched), chunk.subarray(at, at + 24)]);
        return { state: "foreign", who: recognise(firstBytes), firstBytes };
      }
      at += 1;
      this.#matched += 1;
    }
    return { state: this.#matched === magic.length ? "complete" : "incomplete", used: at };
  }
}

const httpMethods = /^(GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE) |^HTTP\/1/;

function recognise(bytes: Buffer): Foreigner {
  const text = bytes.toString("latin1");
  if (text.startsWith("PRI * HT")) return "HTTP/2";
  // A single write may be cut after "G": what could still become a method counts as HTTP.
  if (httpMethods.test(text) || httpMethods.test(`${text} `) || isHttpPrefix(text)) return "HTTP";
  if (bytes[0] === 0x16 && (bytes.length < 2 || bytes[1] === 0x03)) return "TLS";
  if (bytes[0] === 0x15 && bytes[1] === 0x03) return "TLS";
  if (text.startsWith("SSH-")) return "SSH";
  if (/^[*$+-]\d*\r|^PING/.test(text)) return "Redis";
  return "unknown protocol";
}

function isHttpPrefix(text: string): boolean {
  return (
    text.length > 0 &&
    ["GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "HTTP/1"].some((word) => word.startsWith(text))
  );
}

/** What curl prints: a complete HTTP/1.1 answer that says what this port is. */
export const httpAnswer: Buffer = (() => {
  const body = "This port speaks Taut, an RPC protocol over raw TCP, not HTTP. Call it with a Taut client.\n";
  return Buffer.from(
    `HTTP/1.1 426 Upgrade Required\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nUpgrade: taut/1\r\nConnection: close\r\n\r\n${body}`,
  );
})();
