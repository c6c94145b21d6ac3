// Addresses, blocks and files are those of tests/vectors/content.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cidOfBytes, formatCid, parseCid } from '../../verifier/web/src/core/cid.ts';
import { readFile } from '../../verifier/web/src/core/unixfs.ts';
import { bytes, codeOf, hex, vectors } from './vectors.mjs';

for (const vector of vectors('content/cids')) {
  test(`address: ${vector.name}`, () => {
    assert.equal(codeOf(() => parseCid(vector.text)), vector.cid ? null : 'CID_MALFORMED');
    if (!vector.cid) return;
    assert.equal(hex(parseCid(vector.text)), vector.cid);
    assert.equal(formatCid(bytes(vector.cid)), vector.text);
  });
}

for (const vector of vectors('content/files')) {
  test(`address of ${vector.size} bytes`, () => {
    assert.equal(cidOfBytes(new Uint8Array(vector.size).fill(Number.parseInt(vector.byte, 16))), vector.cid);
  });
}

for (const vector of vectors('content/blocks')) {
  test(`blocks: ${vector.name}`, () => {
    const read = () => readFile(parseCid(vector.cid), (cid) => bytes(vector.blocks[formatCid(cid)]), 1 << 20);
    assert.equal(codeOf(read), vector.code);
    if (vector.code === null) assert.equal(hex(read()), vector.data);
  });
}

test('a block that is not the one asked for is refused', () => {
  const cid = parseCid(cidOfBytes(bytes('6162')));
  assert.equal(codeOf(() => readFile(cid, () => bytes('6163'), 10)), 'BLOCK_MISMATCH');
  assert.equal(codeOf(() => readFile(cid, () => bytes('6162'), 1)), 'CONTENT_TOO_LARGE');
});
