// Digests and keys are those of the contracts: tests/vectors/chain.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { abiEncode, actInput, possessionDigest } from '../../verifier/web/src/core/abi.ts';
import { batchLeaf, sha256 } from '../../verifier/web/src/core/hashing.ts';
import { PublicKey } from '../../verifier/web/src/core/keys.ts';
import * as merkle from '../../verifier/web/src/core/merkle.ts';
import { verify } from '../../verifier/web/src/core/signatures.ts';
import { bytes, codeOf, hex, vectors } from './vectors.mjs';

for (const vector of vectors('chain/acts')) {
  test(`act: ${vector.act} ${vector.nonce}`, () => {
    const args = abiEncode([vector.types], vector.args);
    const input = actInput(vector.chainId, vector.contract, vector.act, args, vector.nonce, vector.deadline);
    assert.equal(`0x${hex(args)}`, vector.encodedArgs);
    assert.equal(`0x${hex(input)}`, vector.preimage);
    assert.equal(`0x${hex(sha256(input))}`, vector.digest);
    for (const signature of vector.signatures) {
      const key = PublicKey.fromUncompressed(bytes(signature.publicKey));
      assert.equal(`0x${hex(key.keyId)}`, signature.keyHash);
      verify(key, input, Uint8Array.from([...bytes(signature.r), ...bytes(signature.s)]));
    }
  });
}

test('a value that is not of its type is refused', () => {
  const wrong = [
    ['uint8', 256], ['uint8', -1], ['uint8', '01'], ['bool', 1], ['address', '0x00'], ['bytes32', '0x00'], ['bytes', 'zz'],
    ['int8', 1], ['(uint8 a)', { b: 1 }], ['(uint8 a)', { a: 1, b: 1 }], ['uint8[]', 1], ['string', 1],
  ];
  for (const [type, value] of wrong) assert.equal(codeOf(() => abiEncode([type], [value])), 'CHAIN_ACT_ARGUMENT', type);
});

const { accepted, refused } = vectors('chain/keys');
accepted.forEach((vector, index) => {
  test(`key accepted: ${index}`, () => {
    const key = read(vector);
    assert.equal(`0x${hex(key.keyId)}`, vector.keyHash);
    if (!vector.possession) return;
    const { chainId, contract, participantId, digest } = vector.possession;
    assert.equal(`0x${hex(possessionDigest(chainId, contract, participantId, key.keyId))}`, digest);
  });
});
for (const vector of refused) {
  test(`key refused: ${vector.why}`, () => assert.match(codeOf(() => read(vector)), /^KEY_(MALFORMED|WEAK)$/));
}

test('passports of a batch', () => {
  const batch = vectors('chain/passport_batch');
  const leaves = batch.items.map((item) => batchLeaf(bytes(item.passportId), bytes(item.digest)));
  assert.equal(`0x${hex(merkle.root(leaves))}`, batch.root);
  for (const item of batch.items) {
    assert.equal(`0x${hex(leaves[item.index])}`, item.leaf);
    merkle.verifyInclusion(leaves[item.index], item.index, batch.count, item.proof.map(bytes), bytes(batch.root));
  }
});

function read({ alg, publicKey }) {
  return alg === 1 ? PublicKey.fromUncompressed(bytes(publicKey)) : new PublicKey('EdDSA', bytes(publicKey));
}
