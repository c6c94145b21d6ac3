// Questions about tokens and JSON made by others, hence the limits that admit every number of RFC 8259.

import { FOREIGN_LIMITS, FOREIGN_TOKEN_LIMITS, parseJson, PublicKey, verifyCompact, verifySdJwt } from '../../src/core/index.ts';
import { base64, object, text } from '../fields.mjs';

export const OPS = {
  'jwt.verify': (question) => {
    const key = PublicKey.fromJwk(object(question, 'jwk'));
    return { valid: true, claims: verifyCompact(text(question, 'token'), key, undefined, FOREIGN_TOKEN_LIMITS) };
  },
  'sdjwt.verify': (question) => {
    const key = PublicKey.fromJwk(object(question, 'jwk'));
    return { valid: true, claims: verifySdJwt(text(question, 'token'), key, FOREIGN_TOKEN_LIMITS) };
  },
  'json.parse': (question) => {
    parseJson(base64(question.json_b64), FOREIGN_LIMITS);
    return { ok: true };
  },
};
