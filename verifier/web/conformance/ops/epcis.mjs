// Questions about EPCIS documents of others; the pages do not read them, so they are no part of the core's surface.

import { eventHashes } from '../../src/core/epcis/hash.ts';
import { validateEpcis } from '../../src/core/epcis/validate.ts';

export const OPS = {
  'epcis.validate': ({ document }) => {
    const { valid, codes } = validateEpcis(document);
    return { valid, codes };
  },
  'epcis.hash': ({ document }) => ({ hashes: eventHashes(document) }),
};
