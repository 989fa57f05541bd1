/** The rules of the architecture test as data. A change here is a change of the architecture: say why in the commit, or in an ADR. */

export interface Layer {
  /** Layers of the same workspace that it may import. Itself always. */
  readonly mayImport: readonly string[];
  /** Those of `mayImport` of which it may import types alone. */
  readonly typesOnly?: readonly string[];
  /** npm packages, and Node's modules beyond the harmless ones below. */
  readonly packages?: readonly string[];
}

/** Node's modules that any layer may use: no I/O, no time. */
export const harmlessModules: readonly string[] = [
  "node:buffer",
  "node:events",
  "node:util",
  "node:util/types",
  "node:async_hooks",
  "node:crypto",
  "node:assert",
  "node:path",
  "node:url",
];

/**
 * Who may import whom, from the lowest up. `src/metadata` and `src/time` lie below `errors`: an error carries trailers, and a clock
 * is an interface that everything which waits is given.
 */
export const layers: Readonly<Record<string, Layer>> = {
  "src/metadata": { mayImport: [] },
  "src/time": { mayImport: [] },
  "src/errors": { mayImport: ["src/metadata"] },
  "src/bson": { mayImport: ["src/errors"], packages: ["bson"] },
  "src/contract": { mayImport: ["src/errors", "src/metadata", "src/bson"], typesOnly: ["src/bson"], packages: ["taut/schema"] },
  // What generated codecs do not spell out themselves: rules, map keys, the shapes of the slow path.
  "src/codec": { mayImport: ["src/bson", "src/errors", "src/contract"] },
  "src/wire": { mayImport: ["src/bson", "src/errors", "src/metadata"] },
  "src/transport": {
    mayImport: ["src/errors", "src/metadata", "src/time"],
    packages: ["node:net", "node:tls", "node:dns/promises", "node:fs"],
  },
  "src/connection": {
    mayImport: ["src/wire", "src/bson", "src/transport", "src/errors", "src/metadata", "src/time"],
    typesOnly: ["src/transport"],
  },
  "src/client": { mayImport: ["src/connection", "src/contract", "src/transport", "src/errors", "src/metadata", "src/time"] },
  "src/server": { mayImport: ["src/connection", "src/contract", "src/transport", "src/errors", "src/metadata", "src/time"] },
  "src/runtime": { mayImport: ["src/contract", "src/codec", "src/errors", "src/metadata", "src/bson"] },
  "src/health": {
    mayImport: ["src/client", "src/server", "src/contract", "src/runtime", "src/errors", "src/metadata", "src/time"],
  },
  "src/testing": {
    mayImport: [
      "src/metadata",
      "src/time",
      "src/errors",
      "src/bson",
      "src/contract",
      "src/wire",
      "src/transport",
      "src/connection",
      "src/client",
      "src/server",
      "src/runtime",
    ],
  },
  "src/schema": { mayImport: [] },
  "src/index": {
    mayImport: [
      "src/client",
      "src/server",
      "src/connection",
      "src/contract",
      "src/transport",
      "src/errors",
      "src/metadata",
      "src/bson",
      "src/schema",
    ],
  },

  "codegen/model": { mayImport: [] },
  // `check` holds the one table of diagnostics; `read` reports by its rows.
  "codegen/read": { mayImport: ["codegen/model", "codegen/check"], packages: ["ts-morph", "node:fs"] },
  "codegen/check": { mayImport: ["codegen/model"] },
  "codegen/emit": { mayImport: ["codegen/model"] },
  "codegen/write": { mayImport: ["codegen/model"], packages: ["node:fs", "node:fs/promises"] },
  "codegen/generate": {
    mayImport: ["codegen/model", "codegen/read", "codegen/check", "codegen/emit", "codegen/write"],
    packages: ["node:fs", "node:fs/promises", "node:module"],
  },
  "codegen/index": {
    mayImport: ["codegen/model", "codegen/read", "codegen/check", "codegen/emit", "codegen/write", "codegen/generate"],
  },

  cli: { mayImport: [], packages: ["taut", "taut/*", "@taut/codegen", "yargs", "yargs/*", "node:*"] },
};

/** Names that say nothing about what is inside. */
export const emptyNames: readonly string[] = [
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "misc",
  "types",
  "shared",
  "manager",
];

/** The only files of `src` that may ask the platform for time or a timer, each with its reason; all others are given a clock. */
export const clockFiles: Readonly<Record<string, string>> = {
  "src/time/clock.ts": "the clock",
};

export const maxLines = 400;

/** Files above `maxLines`, each with its reason: tables and pure types. */
export const longFiles: Readonly<Record<string, string>> = {
  "codegen/check/diagnostic-codes.ts": "the one table of diagnostics, a row each",
  "src/connection/connection.ts":
    "the state machine: every way into and out of a connection in one class, so that none is missed",
};

/** Module-level `let`, and empty collections that fill up, each with the reason why it is harmless. `path: name`. */
export const moduleState: Readonly<Record<string, string>> = {
  "src/codec/rules.ts: patterns": "a memo of compiled patterns, held only as long as the rules that they belong to",
};
