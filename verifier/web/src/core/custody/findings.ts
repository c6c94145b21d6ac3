// Findings and the verdict that they give (docs/verification.md §1).

import type { FilieraError, Values } from '../errors.ts';
import { weightOf, WORDS, type Severity, type Word } from './codes.ts';

/** The checks in the order in which they are asked, and shown. */
export const CHECKS = [
  'credential', 'form', 'inclusion', 'consistency', 'checkpoint', 'affected', 'chain', 'authority', 'sequence', 'accounts',
  'closure', 'possession', 'handover', 'balance', 'evidence', 'passport', 'other-use',
] as const;
export type Check = (typeof CHECKS)[number];

/** One code, said by one check about one place: a record digest, a lot, a head or a pointer. */
export interface Finding {
  readonly check: Check;
  readonly code: string;
  readonly place: string;
  readonly values: Values;
}

export function finding(check: Check, code: string, place = '', values: Values = {}): Finding {
  return { check, code, place, values };
}

/** The finding that a refusal stands for; `place` says where when the error knows no better. */
export function fromError(check: Check, error: FilieraError, place = ''): Finding {
  const inner: Values = place && error.place ? { at: error.place } : {};
  return finding(check, error.code, place || error.place, { ...error.values, ...inner });
}

export function severityOf({ code }: Finding): Severity {
  return weightOf(code).severity;
}

/** The worst word among findings; verified if there are none. */
export function worstWord(findings: readonly Finding[]): Word {
  return WORDS[findings.reduce((worst, { code }) => Math.max(worst, WORDS.indexOf(weightOf(code).word)), 0)];
}

/** What all checks together say: each finding once, in order. */
export class Verdict {
  readonly findings: readonly Finding[];

  constructor(findings: Iterable<Finding>) {
    const unique = new Map([...findings].map((each) => [keyOf(each), each]));
    this.findings = [...unique.keys()].sort().map((key) => unique.get(key)!);
  }

  get word(): Word {
    return worstWord(this.findings.filter((each) => severityOf(each) !== 'notice'));
  }

  /** 0 verified, 1 refused, 2 incomplete. */
  get exit(): number {
    const severities = new Set(this.findings.map(severityOf));
    return severities.has('refused') ? 1 : severities.has('incomplete') ? 2 : 0;
  }

  get codes(): string[] {
    return [...new Set(this.findings.map((each) => each.code))].sort();
  }

  /** The worst word of one check, notices included: a check that could not look says so. */
  wordOf(check: Check): Word {
    return worstWord(this.findings.filter((each) => each.check === check));
  }
}

function keyOf({ check, code, place, values }: Finding): string {
  return [check, code, place, ...Object.entries(values).sort().map(String)].join('\n');
}
