// Questions about keys and bare signatures.

import { FilieraError, PublicKey, signatureFromDer, verify } from '../../src/core/index.ts';
import { hex, text, toHex } from '../fields.mjs';

const CURVES = { ES256: 'P-256', EdDSA: 'Ed25519' };

function verifySignature(question) {
  const [alg, key, given] = [text(question, 'alg'), hex(question.key), hex(question.sig)];
  if (!['ed25519', 'es256', 'es256-der'].includes(alg)) throw new FilieraError('ALG_REFUSED', 'alg', { alg: alg.slice(0, 80) });
  const signer = alg === 'ed25519' ? new PublicKey('EdDSA', key) : PublicKey.fromUncompressed(key);
  const signature = alg === 'es256-der' ? signatureFromDer(given) : given;
  verify(signer, hex(question.msg), signature);
  return { valid: true };
}

function readDidKey(question) {
  const key = PublicKey.fromDid(text(question, 'did'));
  return { type: CURVES[key.alg], public_key: toHex(key.raw) };
}

export const OPS = { verify: verifySignature, 'did.key': readDidKey };
