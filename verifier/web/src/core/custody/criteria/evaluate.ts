// From a catalogue and the evidence to the five criteria.

import { CATALOGUE, type Catalogue } from '../catalogue.ts';
import { chemicals } from './chemicals.ts';
import { circularity } from './circularity.ts';
import type { Evidence } from './evidence.ts';
import type { Criterion, Figure } from './figure.ts';
import { footprint } from './footprint.ts';
import { shortChain } from './shortChain.ts';
import { social } from './social.ts';

const METHODS: Readonly<Record<string, (evidence: Evidence, catalogue: Catalogue) => Figure[]>> = {
  'short-chain': shortChain,
  circularity,
  footprint,
  chemicals,
  social,
};

export function evaluate(evidence: Evidence, catalogue: Catalogue = CATALOGUE): Criterion[] {
  return catalogue.criteria.map(({ id }) => ({ id, catalogue: catalogue.version, figures: METHODS[id](evidence, catalogue) }));
}
