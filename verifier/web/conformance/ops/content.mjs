// Questions about content addresses.

import { checkBlock, cidOfBytes, parseForeignCid } from '../../src/core/index.ts';
import { bytes, text } from '../fields.mjs';

export const OPS = {
  'cid.check': (question) => {
    checkBlock(parseForeignCid(text(question, 'cid')), bytes(question, 'block'));
    return { valid: true };
  },
  'cid.of': (question) => ({ cid: cidOfBytes(bytes(question, 'data')) }),
};
