// Questions about GS1 Digital Links.

import { buildDigitalLink, parseDigitalLink } from '../../src/core/index.ts';
import { malformed, text } from '../fields.mjs';

export const OPS = {
  'dl.parse': (question) => {
    const { path, query } = parseDigitalLink(text(question, 'uri'));
    return { ais: [...path, ...query] };
  },
  'dl.build': (question) => ({ uri: buildDigitalLink(text(question, 'stem'), pairs(question.ais)) }),
};

function pairs(ais) {
  const sound = Array.isArray(ais) && ais.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((each) => typeof each === 'string'));
  return sound ? ais : malformed('ais');
}
