// The closed lists of protocol/vocabulary that the checks read, as data. The build of the pages leaves of the files what is
// named here (`vite/lean.ts`).

import actsFile from '../../../../protocol/vocabulary/acts.json' with { type: 'json' };
import disclosureFile from '../../../../protocol/vocabulary/disclosure.json' with { type: 'json' };
import passportFile from '../../../../protocol/vocabulary/passport.json' with { type: 'json' };
import processesFile from '../../../../protocol/vocabulary/processes.json' with { type: 'json' };
import unitsFile from '../../../../protocol/vocabulary/units.json' with { type: 'json' };

export type Effect = 'consumed' | 'produced' | 'sent' | 'received' | 'counted' | 'observed';
export type Tier = 'public' | 'legitimate' | 'authority';
export type Dimension = 'mass' | 'length' | 'area' | 'count' | 'volume' | 'energy';

export interface Act {
  readonly eventType: string;
  readonly action: string | null;
  readonly bizStep: readonly string[];
  readonly disposition: readonly string[];
  readonly goods: 'some' | 'in-and-out' | 'any' | 'none';
  readonly effects: Readonly<Partial<Record<string, Effect>>>;
  readonly account: boolean;
  readonly roles: readonly string[];
}

export interface Process {
  readonly group: string;
  readonly dimensions: { readonly in: readonly Dimension[]; readonly out: readonly Dimension[] };
  readonly band?: { readonly low: string; readonly high: string };
  readonly keepsGoods: boolean;
  readonly must: readonly (readonly string[])[];
}

export interface UnitEntry {
  readonly dimension: Dimension;
  readonly factor: string;
  readonly symbol: string;
}

export interface HidingRules {
  readonly clear: readonly string[];
  readonly hideable: Readonly<Record<string, { readonly tier: Tier }>>;
}

function byName<Entry>(entries: unknown): ReadonlyMap<string, Entry> {
  return new Map(Object.entries(entries as Record<string, Entry>));
}

export const ACTS = byName<Act>(actsFile.acts);
export const PROCESSES = byName<Process>(processesFile.processes);
export const UNITS = byName<UnitEntry>(unitsFile.units);
export const HIDING = byName<HidingRules>(disclosureFile.kinds);
/** Each tier contains those before it. */
export const TIERS = disclosureFile.tiers as readonly Tier[];
/** Words of care that a passport may use. */
export const CARE: ReadonlySet<string> = new Set(passportFile.care);
