/**
 * Every diagnostic there is: its code, what it is called, why the language draws this line, and how to write it instead.
 *
 * The one table. `read` and `check` take codes and remedies from it (an occurrence may know a better remedy), the docs are made from
 * it, and a test asks for a case of each. A code never changes its meaning and is never used again.
 */

/** What is said of a code in the documents, and by default in diagnostics. */
export interface DiagnosticRow {
  readonly code: string;
  /** A sentence's subject, lower case: `a method with several signatures`. */
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
}

const rows = {
  // ---------------------------------------------------------------- files
  "root-missing": {
    code: "TAUT1001",
    title: "a schema folder that cannot be read",
    explanation: "All schemas lie below one folder, the root. It has to be a folder that exists.",
    remedy: "name the folder that holds the schemas",
  },
  "not-typescript": {
    code: "TAUT1002",
    title: "a schema that TypeScript does not accept",
    explanation: "A schema is a TypeScript module under strict. What the compiler refuses has no meaning that could be carried.",
    remedy: "correct it as TypeScript's own message says",
  },
  "folder-name": {
    code: "TAUT1003",
    title: "a folder whose name cannot be part of a package",
    explanation:
      "The folders below the root are the package's name, joined by dots. It goes over the wire and into method names.",
    remedy: "use letters A to Z, digits, - and _ alone",
  },
  "file-name": {
    code: "TAUT1004",
    title: "a file whose name holds control characters",
    explanation: "Generated modules are named like their schema files and imported by that name.",
    remedy: "rename the file",
  },
  "default-export": {
    code: "TAUT1005",
    title: "a default export",
    explanation: "A full name is the package and the exported name; a default export has none.",
    remedy: "export it by its name: `export interface Orders { ... }`",
  },
  tsconfig: {
    code: "TAUT1006",
    title: "a tsconfig.json that cannot be read",
    explanation: "paths, baseUrl, customConditions and types are taken from the nearest tsconfig.json.",
    remedy: "correct the file; until then schemas are read as if it said nothing",
  },
  "compiler-gave-up": {
    code: "TAUT1007",
    title: "a schema that is too deep for the compiler",
    explanation: "The compiler works recursively; a type nested thousands of levels deep exhausts its stack.",
    remedy: "give the inner types names of their own",
  },

  namespace: {
    code: "TAUT1008",
    title: "an exported namespace",
    explanation: "A full name is the package and the exported name; what a namespace exports gets neither a client nor codecs.",
    remedy: "move what it holds to the top of a file, or into a folder of its own",
  },
  "not-utf8": {
    code: "TAUT1009",
    title: "a file that is not UTF-8",
    explanation: "Names and literals go over the wire; of bytes in another encoding others are read than an editor shows.",
    remedy: "save the file as UTF-8",
  },

  // ---------------------------------------------------------------- services
  "mixed-members": {
    code: "TAUT2001",
    title: "an interface with methods and data",
    explanation:
      "An interface whose members are all methods is a service, one without methods is a message. A function cannot travel.",
    remedy: "split it: the methods into a service, the data into a message",
  },
  "overloaded-method": {
    code: "TAUT2002",
    title: "a method with several signatures",
    explanation: "A method has one request document and one response document.",
    remedy: "write one method a signature, each with its own name, or one request that is a tagged union",
  },
  "optional-method": {
    code: "TAUT2003",
    title: "an optional method",
    explanation: "A server has all methods of a service; one that it does not know answers UNIMPLEMENTED.",
    remedy: "remove the `?`",
  },
  "generic-method": {
    code: "TAUT2004",
    title: "a method with type parameters",
    explanation: "The type of a request is known when the code is generated, not when it is called.",
    remedy: "write the type that is meant; a generic interface may be extended: `interface Users extends Crud<User> {}`",
  },
  "rest-parameter": {
    code: "TAUT2005",
    title: "a rest parameter",
    explanation: "Parameters become the keys of the request document; a rest parameter has no fixed number of them.",
    remedy: "take an array: `m(items: T[])`, or a stream: `m(items: AsyncIterable<T>)`",
  },
  "this-parameter": {
    code: "TAUT2006",
    title: "a `this` parameter",
    explanation: "What a method is called on does not travel.",
    remedy: "remove it",
  },
  "method-name": {
    code: "TAUT2007",
    title: "a method name that a client cannot have",
    explanation:
      "A client with a method `then` would be taken for a promise; `constructor` and `__proto__` mean something else to JavaScript; `settled` is the client's own; a symbol has no text that could travel.",
    remedy: "give the method another name",
  },
  "no-answer": {
    code: "TAUT2008",
    title: "a method that answers neither a promise nor a stream",
    explanation: "A call crosses the network: its answer is a Promise, an AsyncIterable, or nothing (`void`, a one-way call).",
    remedy: "answer `Promise<R>`, `AsyncIterable<R>` or `void`",
  },
  "other-stream": {
    code: "TAUT2009",
    title: "a stream that is not an AsyncIterable",
    explanation: "Streams are AsyncIterables in both directions: an async generator is one, and `for await` reads it.",
    remedy: "write `AsyncIterable<T>`, without a promise around it",
  },
  "stream-beside-parameters": {
    code: "TAUT2010",
    title: "a stream beside other parameters",
    explanation: "Parameters travel together in one document; a stream is a sequence of documents.",
    remedy: "make the stream the only parameter; what else there is to say goes into its first item or into metadata",
  },
  "destructured-parameter": {
    code: "TAUT2011",
    title: "a parameter without a name",
    explanation: "Several parameters become a document keyed by their names.",
    remedy: "give the parameter a name",
  },
  "swallowed-fault": {
    code: "TAUT2012",
    title: "`unknown` beside something else in a result",
    explanation: "`unknown | F` is `unknown` to the compiler: the fault is lost.",
    remedy: "declare the faults by `interface S extends Throws<F>`, or answer a document that holds the unknown value",
  },
  "only-faults": {
    code: "TAUT2013",
    title: "a result that is nothing but faults",
    explanation: "Faults are removed from the result; nothing would be left to answer.",
    remedy: "write `Promise<void | F>`",
  },
  "fault-name": {
    code: "TAUT2014",
    title: "a fault without an exported name in the schemas",
    explanation: "A fault becomes a class, and travels under its full name.",
    remedy: 'export an interface for it: `export interface Gone extends Fault<"NOT_FOUND"> {}`',
  },
  "fault-code": {
    code: "TAUT2015",
    title: "a fault whose code is not one of the sixteen",
    explanation: "A fault has exactly one code, which tells clients what to do with it.",
    remedy: 'name one code: `extends Fault<"NOT_FOUND">`',
  },
  "service-alias": {
    code: "TAUT2016",
    title: "a type alias of methods",
    explanation: "Services are interfaces: an alias of methods gets no client and no handler.",
    remedy: "write an interface: `export interface Both extends Orders, Admin {}`",
  },

  // ---------------------------------------------------------------- types
  "any-type": {
    code: "TAUT3001",
    title: "any",
    explanation: "`any` turns the checks off that a contract is made of.",
    remedy: "write `unknown` for any value that BSON has, `JsonValue` for JSON, or the type that is meant",
  },
  "object-type": {
    code: "TAUT3002",
    title: "object and {}",
    explanation: "They admit every value and say nothing of its fields.",
    remedy: "write an interface (an empty one is a message), `Record<string, T>`, or `unknown`",
  },
  "function-type": {
    code: "TAUT3003",
    title: "a function",
    explanation: "Functions do not travel.",
    remedy: "remove it, or make it a method of a service",
  },
  "symbol-type": {
    code: "TAUT3004",
    title: "a symbol",
    explanation: "A symbol exists in one process only.",
    remedy: "use a string literal",
  },
  "symbol-key": {
    code: "TAUT3005",
    title: "a property keyed by a symbol",
    explanation: "Keys of a document are text.",
    remedy: "name the property by text",
  },
  "class-type": {
    code: "TAUT3006",
    title: "a class",
    explanation: "Only data travels: the other side would get an object without the class's methods.",
    remedy: "declare an interface of the fields that are to travel",
  },
  "platform-class": {
    code: "TAUT3007",
    title: "a class of the platform that is not data here",
    explanation: "BSON has no form for it, or more than one.",
    remedy: "write the data that it stands for",
  },
  "bson-class": {
    code: "TAUT3008",
    title: "a class of bson that Taut writes differently",
    explanation: "bson's Int32, Double, Long and UUID are boxes; with a schema, plain values do.",
    remedy: "import Int32, Double, Int64 or Uuid from taut/schema",
  },
  "template-literal": {
    code: "TAUT3009",
    title: "a template literal type",
    explanation: "What it admits is a pattern, which has to be checked when it is read.",
    remedy: "write `string` with a `@pattern` tag",
  },
  "literal-value": {
    code: "TAUT3010",
    title: "a literal that cannot travel",
    explanation: "Literals are strings of valid Unicode, finite numbers and booleans.",
    remedy: "use a number or a string",
  },
  "never-type": {
    code: "TAUT3011",
    title: "never",
    explanation: "There is no value of it. A map of never is an empty document.",
    remedy: "write an empty interface for an empty document; otherwise remove it",
  },
  "void-type": {
    code: "TAUT3012",
    title: "undefined or void as a whole type",
    explanation: "There is nothing to write.",
    remedy: "write `null`, or make the field optional",
  },
  "undefined-item": {
    code: "TAUT3013",
    title: "undefined inside of an array, map, set, tuple or stream",
    explanation: "An absent key stands for undefined; items cannot be absent.",
    remedy: "write `T | null`",
  },
  "keys-beside-index": {
    code: "TAUT3014",
    title: "fixed keys beside an index signature",
    explanation: "A document either has known fields or is a map; with both, a key's type would depend on chance.",
    remedy: "put the map into a field of its own: `labels: Record<string, string>`",
  },
  "map-key": {
    code: "TAUT3015",
    title: "a map whose keys are not text, numbers, bigints, booleans or an enum",
    explanation: "Keys of a document are text; these are the types that have one text for each value.",
    remedy: "use one of those, or an array of `{ key, value }`",
  },
  "set-items": {
    code: "TAUT3016",
    title: "a set of something that is compared by identity",
    explanation: "What was one item in a set of objects would be several after it has been read.",
    remedy: "use an array",
  },
  "tuple-rest": {
    code: "TAUT3017",
    title: "a tuple whose rest is not at its end",
    explanation: "Items are told apart by their position.",
    remedy: "put `...T[]` at the end",
  },
  "untagged-union": {
    code: "TAUT3018",
    title: "a union of documents without a tag",
    explanation:
      "Which arm was written has to be seen in the document: by one required property that has other literals in each arm.",
    remedy: 'give each arm a tag: `{ kind: "card"; ... } | { kind: "cash"; ... }`',
  },
  "ambiguous-union": {
    code: "TAUT3019",
    title: "a union whose arms cannot be told apart",
    explanation: "The arms have to differ both as JavaScript values and as BSON types.",
    remedy: 'make it a tagged union: `{ kind: "text"; value: string } | { kind: "id"; value: Uuid }`',
  },
  "unrecognized-arm": {
    code: "TAUT3020",
    title: "Unrecognized where no tagged union is",
    explanation: "Unrecognized<Tag> is the arm of a tagged union that takes tags which this side does not know.",
    remedy: "make it an arm beside others, and name the tag of those",
  },
  "fault-as-data": {
    code: "TAUT3021",
    title: "a fault as data",
    explanation: "A fault is thrown; its fields are data.",
    remedy: "write `FaultData<F>` for its fields, or make it an arm of the result to declare that it is thrown",
  },
  "enum-member": {
    code: "TAUT3022",
    title: "an enum member whose value is not known",
    explanation: "The values of an enum go over the wire; each has to be a string or a finite number that the compiler knows.",
    remedy: "give the member a literal value",
  },
  "infinite-type": {
    code: "TAUT3023",
    title: "a generic that grows without end",
    explanation: "A generic that contains itself with ever new arguments has endlessly many codecs.",
    remedy: "let it contain itself with the same arguments",
  },
  "nested-too-deep": {
    code: "TAUT3024",
    title: "a type nested too deeply",
    explanation: "Readers bound the depth of a document (maxDepth, 64 unless set); types far beyond that can never be read.",
    remedy: "make it flatter, or recursive",
  },
  "too-large": {
    code: "TAUT3025",
    title: "a type with too many parts",
    explanation: "Everything that has no name of its own is written out where it stands.",
    remedy: "give the parts names: interfaces are written once, however often they are used",
  },
  "field-name": {
    code: "TAUT3027",
    title: "a field name that BSON cannot hold",
    explanation: "Keys end with a NUL byte and are valid UTF-8.",
    remedy: "rename the field",
  },
  "local-width": {
    code: "TAUT3028",
    title: "a local alias that is called like a width",
    explanation: "`type Int32 = number` is a plain number to the compiler: nothing is left of the alias.",
    remedy: 'import it: `import type { Int32 } from "taut/schema"`',
  },
  "mapped-scalar": {
    code: "TAUT3029",
    title: "a mapped type over a width or a brand",
    explanation:
      "To a mapped type `Int32`, `Uuid` and brands are objects: it maps their methods, where it leaves plain numbers and strings alone.",
    remedy: "let the type leave them alone: `T extends string | number | bigint | boolean ? T : ...` before it maps",
  },

  // ---------------------------------------------------------------- tags
  "tag-near-miss": {
    code: "TAUT4001",
    title: "a tag that is nearly one of Taut's",
    explanation: "Unknown tags are ignored, so a typing error would silently switch a check off.",
    remedy: "correct the tag's name",
  },
  "tag-value": {
    code: "TAUT4002",
    title: "a tag whose value cannot be read",
    explanation: "Each tag takes one kind of value: a number, a regular expression, a name.",
    remedy: "write the value as the tag asks for",
  },
  "tag-misplaced": {
    code: "TAUT4003",
    title: "a tag that does not fit what it stands at",
    explanation: "A rule that no value can break, or that does not apply to the type, would promise a check that is not made.",
    remedy: "move the tag to the type that it is meant for; items and arms take the tags of their alias",
  },
  "tag-format": {
    code: "TAUT4004",
    title: "an unknown format",
    explanation: "A format that is not known would not be checked.",
    remedy: "use date-time, date, email, hostname, ipv4, ipv6, uri or uuid; or `@pattern`",
  },
  "tag-contradiction": {
    code: "TAUT4005",
    title: "rules that no value keeps",
    explanation: "A minimum above the maximum admits nothing, and so does one above all that the type holds.",
    remedy: "correct the rules, or the type",
  },
  "default-value": {
    code: "TAUT4006",
    title: "a default that is not a value of its field",
    explanation: "The decoder hands it out as if it had been sent: it has to be of the type and to keep the rules.",
    remedy: "write a JSON value of the field's type",
  },
  "reserved-name": {
    code: "TAUT4007",
    title: "a name that is reserved",
    explanation: "`@reserved` keeps the name of a removed field from coming back with another meaning.",
    remedy: "choose another name",
  },
  "tag-lost": {
    code: "TAUT4008",
    title: "an alias with tags as a type argument",
    explanation:
      "The compiler puts the alias's type in the place of the parameter; what the alias says in tags does not come with it.",
    remedy: 'put the tags on the field inside of the generic, or brand the alias: `string & { readonly __brand: "Email" }`',
  },

  // ---------------------------------------------------------------- names
  "duplicate-name": {
    code: "TAUT5001",
    title: "two exports of one full name",
    explanation: "The file's name is no part of the full name: within a package each exported name exists once.",
    remedy: "rename one of the two, or import it from the other file",
  },
  "name-clash": {
    code: "TAUT5002",
    title: "two emitted declarations of one name",
    explanation:
      "A module exports what its services, faults and messages bring along: XService, XHandler, XClient, XData, encodeX, decodeX.",
    remedy: "rename one of the two",
  },
  "internal-prefix": {
    code: "TAUT5003",
    title: "an exported name that begins with $",
    explanation: "Names that begin with $ belong to generated code.",
    remedy: "rename it",
  },
} as const satisfies Record<string, DiagnosticRow>;

/** What a diagnostic is called in the sources and in the tests' folder names. */
export type DiagnosticName = keyof typeof rows;

/** Every code there is. */
export const diagnosticRows: Readonly<Record<DiagnosticName, DiagnosticRow>> = rows;
