/** Equality of types for type tests: `expectType<Equal<A, B>>()` compiles when they are the same. */

export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export declare function expectType<_Same extends true>(): void;
