// Apache Thrift's cross-language test service, as plain TypeScript.
// Translated from apache/thrift test/ThriftTest.thrift (Apache-2.0; commit c8f876181).
//
// Shape: 2 services, 24 methods, 25 structs, 2 exceptions, 1 enum, 1 union. The classic type torture test:
// every primitive width, binary, uuid, maps with NON-STRING keys, maps of maps, sets, lists of sets of maps,
// unions, declared exceptions, a one-way method, default values, several positional arguments, a void method,
// structs with no fields, and two pairs of structs for schema-evolution tests.
//
// What plain TypeScript cannot say is kept in comments: integer widths (aliases below), set semantics (arrays
// here; "set" in the comment), maps with integer or enum keys (Record with string keys here), default values.
//
// Edited for Taut: the widths are those of taut/schema (a local alias is a plain number), the two narrow ones with their bounds as tags;
// uuids are Taut's Uuid, which is text in the API and 16 bytes on the wire; the two exceptions extend Fault and stand in the results of
// the methods that throw them, instead of in their comments.

import type { Double, Fault, Int32, Int64, Uuid } from "taut/schema";

/** @minimum -128 @maximum 127 */
export type I8 = Int32;
/** @minimum -32768 @maximum 32767 */
export type I16 = Int32;
export type I32 = Int32;
export type I64 = Int64;
export type Binary = Uint8Array;
export type UserId = I64;

/** numeric values in the source: ONE=1, TWO=2, THREE=3, FIVE=5, SIX=6, EIGHT=8 (with gaps) */
export type Numberz = 'ONE' | 'TWO' | 'THREE' | 'FIVE' | 'SIX' | 'EIGHT';

export interface Bonk {
  message: string;
  type: I32;
}
export interface Bools {
  im_true: boolean;
  im_false: boolean;
}
export interface Xtruct {
  string_thing: string;
  byte_thing: I8;
  i32_thing: I32;
  i64_thing: I64;
}
export interface Xtruct2 {
  byte_thing: I8;
  struct_thing: Xtruct;
  i32_thing: I32;
}
export interface Xtruct3 {
  string_thing: string;
  changed: I32;
  i32_thing: I32;
  i64_thing: I64;
}
export interface Insanity {
  /** map<Numberz, UserId> */
  userMap: Record<string, UserId>;
  xtructs: Xtruct[];
}
export interface CrazyNesting {
  string_field: string;
  /** optional set<Insanity> */
  set_field?: Insanity[];
  /** required list<map<set<i32>, map<i32, set<list<map<Insanity, string>>>>>>: the innermost shape, maps as entry lists */
  list_field: { key: I32[]; value: Record<string, { key: Insanity; value: string }[][][]> }[][];
  binary_field: Binary;
  uuid_field: Uuid;
}
/** union */
export type SomeUnion =
  | { kind: 'map_thing'; map_thing: Record<string, UserId> }
  | { kind: 'string_thing'; string_thing: string }
  | { kind: 'i32_thing'; i32_thing: I32 }
  | { kind: 'xtruct_thing'; xtruct_thing: Xtruct3 }
  | { kind: 'insanity_thing'; insanity_thing: Insanity };
/** exception */
export interface Xception extends Fault<"UNKNOWN"> {
  errorCode: I32;
  message: string;
}
/** exception that carries a struct */
export interface Xception2 extends Fault<"UNKNOWN"> {
  errorCode: I32;
  struct_thing: Xtruct;
}
export interface EmptyStruct {}
export interface OneField {
  field: EmptyStruct;
}

export interface ThriftTest {
  testVoid(): Promise<void>;
  testString(thing: string): Promise<string>;
  testBool(thing: boolean): Promise<boolean>;
  testByte(thing: I8): Promise<I8>;
  testI32(thing: I32): Promise<I32>;
  testI64(thing: I64): Promise<I64>;
  testDouble(thing: Double): Promise<Double>;
  testBinary(thing: Binary): Promise<Binary>;
  testUuid(thing: Uuid): Promise<Uuid>;
  testStruct(thing: Xtruct): Promise<Xtruct>;
  testNest(thing: Xtruct2): Promise<Xtruct2>;
  /** map<i32,i32> */
  testMap(thing: Record<string, I32>): Promise<Record<string, I32>>;
  testStringMap(thing: Record<string, string>): Promise<Record<string, string>>;
  /** set<i32> */
  testSet(thing: I32[]): Promise<I32[]>;
  testList(thing: I32[]): Promise<I32[]>;
  testEnum(thing: Numberz): Promise<Numberz>;
  testTypedef(thing: UserId): Promise<UserId>;
  /** map<i32, map<i32,i32>>; answers {-4: {-4: -4, -3: -3, -2: -2, -1: -1}, 4: {1: 1, 2: 2, 3: 3, 4: 4}} */
  testMapMap(hello: I32): Promise<Record<string, Record<string, I32>>>;
  /** map<UserId, map<Numberz, Insanity>>; answers {1: {TWO: arg, THREE: arg}, 2: {SIX: empty}} */
  testInsanity(argument: Insanity): Promise<Record<string, Record<string, Insanity>>>;
  /** six positional arguments; answers {string_thing: "Hello2", byte_thing: arg0, i32_thing: arg1, i64_thing: arg2} */
  testMulti(arg0: I8, arg1: I32, arg2: I64, arg3: Record<string, string>, arg4: Numberz, arg5: UserId): Promise<Xtruct>;
  /**
   * arg "Xception" throws Xception {errorCode: 1001, message: arg}; "TException" throws an UNDECLARED error;
   * anything else returns nothing.
   */
  testException(arg: string): Promise<void | Xception>;
  /**
   * arg0 "Xception" throws Xception {1001, "This is an Xception"}; "Xception2" throws
   * Xception2 {2002, struct_thing.string_thing: "This is an Xception2"}; else returns {string_thing: arg1}.
   */
  testMultiException(arg0: string, arg1: string): Promise<Xtruct | Xception | Xception2>;
  /** one-way: no response at all; the server sleeps that many seconds */
  testOneway(secondsToSleep: I32): void;
}
export interface SecondService {
  secondtestString(thing: string): Promise<string>;
}

// ---------------------------------------------------------------- schema evolution pairs
export interface VersioningTestV1 {
  begin_in_both: I32;
  old_string: string;
  end_in_both: I32;
}
export interface VersioningTestV2 {
  begin_in_both: I32;
  newint: I32;
  newbyte: I8;
  newshort: I16;
  newlong: I64;
  newdouble: Double;
  newstruct: Bonk;
  newlist: I32[];
  /** set<i32> */
  newset: I32[];
  /** map<i32,i32> */
  newmap: Record<string, I32>;
  newstring: string;
  end_in_both: I32;
}
/** V1 and V2 give the SAME field two different types: reading one as the other must fail or drop, never corrupt */
export interface ListTypeVersioningV1 {
  myints: I32[];
  hello: string;
}
export interface ListTypeVersioningV2 {
  strings: string[];
  hello: string;
}
export interface GuessProtocolStruct {
  map_field: Record<string, string>;
}
export interface LargeDeltas {
  b1: Bools;
  b10: Bools;
  b100: Bools;
  check_true: boolean;
  b1000: Bools;
  check_false: boolean;
  vertwo2000: VersioningTestV2;
  /** set<string> */
  a_set2500: string[];
  vertwo3000: VersioningTestV2;
  big_numbers: I32[];
}
export interface NestedListsI32x2 {
  integerlist: I32[][];
}
export interface NestedListsI32x3 {
  integerlist: I32[][][];
}
export interface NestedMixedx2 {
  int_set_list: I32[][];
  map_int_strset: Record<string, string[]>;
  map_int_strset_list: Record<string, string[]>[];
}
export interface ListBonks {
  bonk: Bonk[];
}
export interface NestedListsBonk {
  bonk: Bonk[][][];
}
/** defaults in the source: b = true, s = "true" */
export interface BoolTest {
  b?: boolean;
  s?: string;
}
export interface StructA {
  s: string;
}
export interface StructB {
  aa?: StructA;
  ab: StructA;
}
/** default in the source: ["test"] */
export interface OptionalSetDefaultTest {
  with_default?: string[];
}
/** set<binary> and map<binary,i32>: binary as an element and as a KEY */
export interface OptionalBinary {
  bin_set?: Binary[];
  bin_map?: { key: Binary; value: I32 }[];
}
