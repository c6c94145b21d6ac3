// The front door reads and refuses what tests/vectors/front-door says, and each refusal has the code that it says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decode, encode } from '../../verifier/web/src/core/base64url.ts';
import { PublicKey } from '../../verifier/web/src/core/keys.ts';
import { FOREIGN_LIMITS, FOREIGN_TOKEN_LIMITS, RECORD_LIMITS } from '../../verifier/web/src/core/limits.ts';
import { parseRecord, verifyRecord } from '../../verifier/web/src/core/records.ts';
import { verifySdJwt } from '../../verifier/web/src/core/sdJwt.ts';
import { verify } from '../../verifier/web/src/core/signatures.ts';
import { parseJson } from '../../verifier/web/src/core/strictJson.ts';
import { bytes, codeOf, hex, vectors } from './vectors.mjs';

for (const vector of vectors('front-door/base64url')) {
  test(`base64url: ${vector.name}`, () => {
    assert.equal(codeOf(() => decode(vector.text)), vector.code);
    if (vector.code === null) {
      assert.equal(hex(decode(vector.text)), vector.hex);
      assert.equal(encode(bytes(vector.hex)), vector.text);
    }
  });
}

for (const vector of vectors('front-door/json')) {
  test(`JSON: ${vector.name}`, () => {
    const data = Buffer.concat(vector.parts.flatMap(([part, times]) => Array(times).fill(Buffer.from(part, 'base64'))));
    const limits = vector.foreign ? FOREIGN_LIMITS : RECORD_LIMITS;
    assert.equal(codeOf(() => parseJson(Uint8Array.from(data), limits)), vector.code);
    if (vector.code === null) assert.deepEqual(plain(parseJson(Uint8Array.from(data), limits)), plain(JSON.parse(data.toString())));
  });
}

for (const vector of vectors('front-door/keys')) {
  test(`key: ${vector.name}`, () => {
    assert.equal(codeOf(() => PublicKey.fromDid(vector.did)), vector.code);
    if (vector.code !== null) return;
    for (const key of [PublicKey.fromDid(vector.did), PublicKey.fromJwk(vector.jwk), PublicKey.fromKid(vector.kid)]) {
      assert.equal(key.alg, vector.alg);
      assert.equal(hex(key.raw), vector.raw);
      assert.equal(hex(key.keyId), vector.keyId);
      assert.equal(key.did, vector.did);
      assert.equal(key.kid, vector.kid);
    }
  });
}

for (const vector of vectors('front-door/signatures')) {
  test(`signature: ${vector.name}`, () => {
    const key = PublicKey.fromDid(vector.did);
    // More often than it takes a key to get a table of multiples: the answer stays.
    for (let use = 0; use < 8; use++) {
      assert.equal(codeOf(() => verify(key, bytes(vector.message), bytes(vector.signature))), vector.code);
    }
  });
}

for (const vector of vectors('front-door/sd-jwt')) {
  test(`SD-JWT: ${vector.name}`, () => {
    const read = () => verifySdJwt(vector.token, PublicKey.fromJwk(vector.jwk), FOREIGN_TOKEN_LIMITS);
    assert.equal(codeOf(read), vector.code);
    if (vector.code === null) assert.deepEqual(plain(read()), vector.claims);
  });
}

for (const vector of vectors('front-door/records')) {
  test(`record: ${vector.name}`, () => {
    const token = vector.more ? vector.token + vector.more[0].repeat(vector.more[1]) : vector.token;
    assert.equal(codeOf(() => verifyRecord(token)), vector.code);
    if (vector.code !== null) return;
    const record = verifyRecord(token);
    assert.equal(hex(record.digest), vector.digest);
    assert.equal(record.token, token);
    assert.equal(record.id, vector.id);
    assert.equal(record.issuer, vector.issuer);
    assert.equal(record.kind, vector.kind);
    assert.deepEqual([...record.withheld].sort(), vector.withheld);
    assert.deepEqual(plain(record.claims), vector.claims);
  });
}

for (const vector of vectors('front-door/tiers')) {
  test(`tier: ${vector.name}`, () => {
    const record = parseRecord(vector.token);
    assert.equal(record.restrictedTo(vector.tier), vector.restricted);
    assert.equal(hex(parseRecord(vector.restricted).digest), hex(record.digest));
  });
}

test('what is missing is withheld only where something may be hidden', () => {
  const { token } = vectors('front-door/records').find((vector) => vector.name === 'good_nothing_disclosed');
  const record = parseRecord(token);
  assert.ok(record.isWithheld('/credentialSubject', 'eventTime'));
  assert.ok(record.isWithheld('/credentialSubject/inputQuantityList/0', 'quantity'));
  assert.ok(!record.isWithheld('/credentialSubject', 'filiera:act'));
  assert.ok(!record.isWithheld('/credentialSubject', 'filiera:scrap'));
  assert.ok(!record.isWithheld('/credentialSubject/filiera:scrap/0', 'quantity'));
});

test('a key of another issuer does not stand in', () => {
  const [one, other] = ['good_vc_jwt_ed25519', 'good_vc_jwt_p256'].map((name) => vectors('front-door/records').find((each) => each.name === name));
  assert.equal(codeOf(() => verifyRecord(one.token, PublicKey.fromDid(other.issuer))), 'KEY_UNKNOWN');
  assert.equal(verifyRecord(one.token, PublicKey.fromDid(one.issuer)).id, one.id);
});

/** The same value with the prototypes that JSON.parse gives. */
function plain(value) {
  return JSON.parse(JSON.stringify(value));
}
