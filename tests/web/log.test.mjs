// Trees, checkpoints, heads, receipts and tiles are those of tests/vectors/log and tests/vectors/chain.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodePadded, encodePadded } from '../../verifier/web/src/core/base64url.ts';
import { formatVkey, parseCheckpoint, parseVkey } from '../../verifier/web/src/core/checkpoint.ts';
import { graphDigest, leafHash, logId, passportId } from '../../verifier/web/src/core/hashing.ts';
import * as heads from '../../verifier/web/src/core/heads.ts';
import { PublicKey } from '../../verifier/web/src/core/keys.ts';
import * as merkle from '../../verifier/web/src/core/merkle.ts';
import { parseReceipt } from '../../verifier/web/src/core/receipt.ts';
import { entryBundle, formatTilePath, parseEntryBundle, parseTilePath } from '../../verifier/web/src/core/tiles.ts';
import { bytes, codeOf, hex, vectors } from './vectors.mjs';

test('tagged hashes', () => {
  for (const vector of vectors('log/hashes')) {
    const found = {
      leaf: () => leafHash(bytes(vector.digest)),
      log_id: () => logId(vector.text),
      passport_id: () => passportId(vector.text),
    }[vector.name] ?? (() => graphDigest(vector.digests.map(bytes)));
    assert.equal(hex(found()), vector.hash, vector.name);
  }
});

for (const vector of vectors('log/trees')) {
  const leaves = vector.leaves.map(bytes);
  const size = leaves.length;
  test(`tree: ${vector.name}`, () => {
    const root = merkle.root(leaves);
    assert.equal(hex(root), vector.root);
    vector.inclusion.forEach((proof, index) => {
      assert.deepEqual(merkle.inclusionProof(leaves, index).map(hex), proof);
      merkle.verifyInclusion(leaves[index], index, size, proof.map(bytes), root);
    });
    vector.consistency.forEach((proof, index) => {
      const old = index + 1;
      assert.deepEqual(merkle.consistencyProof(leaves, old).map(hex), proof);
      merkle.verifyConsistency(old, merkle.root(leaves.slice(0, old)), size, root, proof.map(bytes));
    });
  });

  test(`tree, altered: ${vector.name}`, () => {
    const root = merkle.root(leaves);
    for (let index = 0; index < size; index++) {
      const proof = merkle.inclusionProof(leaves, index);
      for (const [other, leaf] of leaves.entries()) {
        if (other !== index) assert.ok(codeOf(() => merkle.verifyInclusion(leaf, index, size, proof, root)));
      }
      assert.equal(codeOf(() => merkle.verifyInclusion(leaves[index], index, size, [...proof, root], root)), 'PROOF_MALFORMED');
      if (proof.length) assert.equal(codeOf(() => merkle.verifyInclusion(leaves[index], index, size, proof.slice(1), root)), 'PROOF_MALFORMED');
    }
  });
}

test('a proof from nothing, backwards or beyond every log proves nothing', () => {
  const hash = new Uint8Array(32);
  assert.equal(codeOf(() => merkle.verifyConsistency(0, hash, 1, hash, [])), 'PROOF_SIZES');
  assert.equal(codeOf(() => merkle.verifyConsistency(2, hash, 1, hash, [])), 'PROOF_SIZES');
  assert.equal(codeOf(() => merkle.verifyConsistency(1, hash, 2n ** 63n + 1n, hash, [])), 'PROOF_SIZES');
  assert.equal(codeOf(() => merkle.verifyInclusion(hash, -1, 1, [], hash)), 'PROOF_INDEX');
  assert.equal(codeOf(() => merkle.verifyInclusion(hash, 1, 1, [], hash)), 'PROOF_INDEX');
});

for (const vector of vectors('log/checkpoints')) {
  test(`checkpoint: ${vector.name}`, () => {
    assert.equal(codeOf(() => parseCheckpoint(vector.note, vector.vkey)), vector.code ?? null);
    if (vector.code) return;
    const { origin, size, root } = parseCheckpoint(vector.note, vector.vkey);
    assert.deepEqual({ origin, size, root: hex(root) }, { origin: vector.origin, size: vector.size, root: vector.root });
    assert.equal(formatVkey(origin, parseVkey(vector.vkey).key, encodePadded), vector.vkey);
  });
}

test('standard base64 has one spelling', () => {
  assert.equal(hex(decodePadded('YWI=')), '6162');
  for (const text of ['YWI', 'YWJ=', 'YWI==', 'YW=I', 'Y-I=', '====', 'YWI=\n']) assert.equal(decodePadded(text), undefined, text);
});

for (const vector of vectors('log/heads')) {
  test(`head: ${vector.name}`, () => {
    const records = vector.records.map(bytes);
    const manifest = heads.manifestBlock(records, vector.affected.map(bytes));
    assert.deepEqual(heads.orderLeaves(bytes(vector.prev), records).map(hex), vector.ordered);
    assert.equal(hex(heads.affectedBlock(vector.affected.map(bytes))), vector.affectedBlock);
    assert.equal(hex(manifest), vector.manifestBlock);
    const parsed = heads.parseManifest(manifest);
    assert.deepEqual(parsed.records.map(hex), [...vector.records].sort());
    assert.deepEqual(heads.parseAffected(bytes(vector.affectedBlock), parsed).map(hex), vector.affected);
    assert.equal(hex(hashOf(vector)), vector.headHash);
  });

  test(`head, altered blocks: ${vector.name}`, () => {
    const manifest = bytes(vector.manifestBlock);
    const affected = bytes(vector.affectedBlock);
    for (let at = 0; at < manifest.length; at++) {
      const altered = manifest.with(at, manifest[at] ^ 1);
      const code = codeOf(() => heads.parseAffected(affected, heads.parseManifest(altered)));
      const isDigest = at > vector.manifestBlock.length / 2 - vector.records.length * 68;
      if (!isDigest) assert.ok(code, `byte ${at}`);
    }
    for (let at = 0; at < affected.length; at++) {
      const altered = affected.with(at, affected[at] ^ 1);
      assert.match(codeOf(() => heads.parseAffected(altered, heads.parseManifest(manifest))), /^AFFECTED_/);
    }
    assert.equal(codeOf(() => heads.parseManifest(manifest.slice(0, -1))), 'MANIFEST_MALFORMED');
    assert.equal(codeOf(() => heads.parseManifest(new Uint8Array())), 'MANIFEST_MALFORMED');
  });
}

test('heads of the contract', () => {
  for (const vector of vectors('chain/heads')) assert.equal(`0x${hex(hashOf(vector))}`, vector.headHash);
});

for (const vector of vectors('log/receipts')) {
  test(`receipt: ${vector.name}`, () => {
    const key = PublicKey.fromDid(vector.key);
    const { record, ...rest } = parseReceipt(vector.token, key);
    assert.deepEqual({ ...rest, record: hex(record) }, { origin: vector.origin, received: vector.received, promise: vector.promise, record: vector.record });
    assert.equal(codeOf(() => parseReceipt(`${vector.token}~`, key)), 'TOKEN_MALFORMED');
    const record1 = vectors('front-door/records').find((each) => each.name === 'good_vc_jwt_ed25519').token;
    assert.equal(codeOf(() => parseReceipt(record1, key)), 'TYP_REFUSED');
  });
}

for (const vector of vectors('log/tiles')) {
  test(`tile: ${vector.name}`, () => {
    if (vector.digests) {
      const data = entryBundle(vector.digests.map(bytes));
      assert.equal(hex(data), vector.bundle);
      assert.deepEqual(parseEntryBundle(data).map(hex), vector.digests);
      assert.equal(codeOf(() => parseEntryBundle(data.slice(1))), 'TILE_MALFORMED');
      return;
    }
    assert.equal(codeOf(() => parseTilePath(vector.path)), vector.code ?? null);
    if (vector.code) return;
    const { level, index, width } = parseTilePath(vector.path);
    assert.deepEqual([level ?? null, index, width ?? null], [vector.level, vector.index, vector.width]);
    assert.equal(formatTilePath({ level, index, width }), vector.path);
  });
}

function hashOf(vector) {
  const head = {
    logId: bytes(vector.logId),
    seq: BigInt(vector.seq),
    prev: bytes(vector.prev),
    root: bytes(vector.root),
    size: BigInt(vector.size),
    manifest: bytes(vector.manifest),
  };
  return heads.headHash(head, vector.chainId, bytes(vector.contract));
}
