// What the page shows, as plain data that can cross from the worker to the page. Made by `judge.ts`, from the core's
// result; the names are those of the report of `filiera verify --json` (protocol/schemas/report.json).

export type Word = 'verified' | 'not proven' | 'pending' | 'unreachable' | 'expired' | 'revoked' | 'refused';

export interface Finding {
  readonly check: string;
  readonly verdict: Word;
  readonly severity: 'refused' | 'incomplete' | 'notice';
  readonly code: string;
  readonly place: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A figure; `value` null means "not enough evidence", shares are exact decimals between 0 and 1 as text. */
export interface Figure {
  readonly id: string;
  readonly value: string | null;
  readonly unit: string;
  readonly method: string;
  readonly proven: string;
  readonly declared: string;
  readonly coverage: string;
  readonly inputs: readonly string[];
  readonly missing: readonly (readonly [string, string])[];
}

export interface Criterion {
  readonly id: string;
  readonly catalogue: string;
  readonly figures: readonly Figure[];
}

/** The same evidence under a newer catalogue, which does not count here; `record` null: only this program has it. */
export interface Beside {
  readonly catalogue: string;
  readonly record: string | null;
  readonly unknown: readonly string[];
  readonly criteria: readonly Criterion[];
}

/** One step of the journey; `company` null: the company does not show itself, its key and role are checked all the same. */
export interface Step {
  readonly digest: string;
  readonly act: string;
  readonly process: string | null;
  readonly day: string;
  readonly company: string | null;
  readonly province: string | null;
  readonly country: string | null;
  readonly grade: string;
  readonly outputs: readonly { readonly lot: string; readonly quantity: string | null; readonly unit: string }[];
  readonly inputs: readonly string[];
}

/** What confirmed the log's heads: the chain itself, witnesses of a snapshot, or nobody. */
export interface Confirmation {
  readonly by: 'chain' | 'witnesses' | 'nobody';
  readonly witnesses: readonly string[];
  /** Addresses of the chain that were asked and gave the same answer. */
  readonly endpoints: readonly string[];
  readonly at: string | null;
  readonly block: number | null;
}

export interface Report {
  readonly target: string;
  readonly verdict: Word;
  readonly exit: number;
  readonly records: number;
  readonly graphDigest: string;
  readonly confirmation: Confirmation;
  readonly checks: readonly { readonly check: string; readonly verdict: Word }[];
  readonly findings: readonly Finding[];
  readonly criteria: readonly Criterion[];
  readonly beside: readonly Beside[];
  readonly steps: readonly Step[];
  readonly milliseconds: number;
}

/** Evidence that could not be read at all: a code of the closed list, and where. */
export interface Unreadable {
  readonly error: string;
  readonly place: string;
}

export function isUnreadable(answer: Report | Unreadable): answer is Unreadable {
  return 'error' in answer;
}

/** Whether there is more to explain than notices. */
export function isTroubled(answer: Report | Unreadable): boolean {
  return isUnreadable(answer) || answer.findings.some(({ severity }) => severity !== 'notice');
}
