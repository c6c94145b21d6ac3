// Questions about bundles; what a chain said comes with the question (`filiera-chain-view/1`).

import { parseBundle } from '../../src/core/custody/bundle.ts';
import { textOfFigure } from '../../src/core/custody/criteria/figure.ts';
import { parseTrust } from '../../src/core/custody/trust.ts';
import { readEvidence, verify } from '../../src/core/custody/verify.ts';
import { viewFromJson } from '../../src/core/custody/view.ts';
import { utf8 } from '../../src/core/index.ts';
import { base64 } from '../fields.mjs';

export const OPS = {
  /** Nothing in version 1 depends on the time of the question, so `at` changes nothing. */
  'bundle.verify': ({ bundle_b64: data, trust = null, view = null }) => {
    const bundle = parseBundle(base64(data));
    const pinned = trust === null ? undefined : parseTrust(utf8(JSON.stringify(trust, exact)));
    const said = view === null ? undefined : viewFromJson(view);
    const { verdict, criteria, beside } = verify(readEvidence(bundle), pinned, said);
    const later = Object.fromEntries(beside.map((each) => [each.version, figuresOf(each.criteria)]));
    return { verdict: verdict.word, codes: verdict.codes, figures: figuresOf(criteria), ...(beside.length ? { beside: later } : {}) };
  },
};

function figuresOf(criteria) {
  return Object.fromEntries(criteria.flatMap(({ id, figures }) => figures.map((figure) => [`${id}/${figure.id}`, textOfFigure(figure)])));
}

function exact(_, value) {
  return typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value;
}
