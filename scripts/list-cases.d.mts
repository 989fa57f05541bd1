export interface Case {
  readonly id: string;
  readonly title: string;
  readonly without?: string;
}
export interface CaseTest {
  readonly place: string;
  readonly title: string;
}
export function readCases(): Case[];
export function findTests(folder?: string): Map<string, CaseTest[]>;
export function problemsOf(
  cases: readonly Case[],
  tests: ReadonlyMap<string, readonly CaseTest[]>,
): { missing: Case[]; unknown: string[] };
