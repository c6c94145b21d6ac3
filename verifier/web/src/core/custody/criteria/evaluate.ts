// From a catalogue and the evidence to the five criteria.

import type { Catalogue } from '../catalogue.ts';
import { chemicals } from './chemicals.ts';
import { circularity } from './circularity.ts';
import type { Evidence } from './evidence.ts';
import type { Criterion, Figure } from './figure.ts';
import { footprint } from './footprint.ts';
import { shortChain } from './shortChain.ts';
import { social } from './social.ts';

type Method = (evidence: Evidence, catalogue: Catalogue) => Figure[];

/** The criteria that can be computed. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>(Object.entries({
  'short-chain': shortChain,
  circularity,
  footprint,
  chemicals,
  social,
}));

/** The criteria of a catalogue, as far as there are methods for them. */
export function evaluate(evidence: Evidence, catalogue: Catalogue): Criterion[] {
  return catalogue.criteria.flatMap(({ id }) => {
    const method = METHODS.get(id);
    return method ? [{ id, catalogue: catalogue.version, figures: method(evidence, catalogue) }] : [];
  });
}
