// Status lists in the browser core: what it unpacks is what zlib unpacks, and what it refuses is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';

import { encode } from '../../verifier/web/src/core/base64url.ts';
import { inflate, NotDeflated } from '../../verifier/web/src/core/inflate.ts';
import { decodeList } from '../../verifier/web/src/core/statusList.ts';

const LIMIT = 1 << 16;
const LIST_BYTES = 16_384;

/** Numbers that look random and are the same every time (mulberry32). */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function ours(data, limit = LIMIT) {
  try {
    return inflate(data, limit);
  } catch (error) {
    assert.ok(error instanceof NotDeflated, String(error));
    return 'refused';
  }
}

/** zlib's word on the same bytes; it takes what stands behind the stream for no fault. */
function theirs(data) {
  try {
    return zlib.inflateRawSync(data, { info: false, maxOutputLength: LIMIT });
  } catch (error) {
    return error.code === 'ERR_BUFFER_TOO_LARGE' ? undefined : 'refused';
  }
}

function sample(roll) {
  const alphabet = 1 + roll(256);
  return Uint8Array.from({ length: roll(5_000) }, () => (roll(4) ? roll(alphabet) : 0));
}

test('every way to compress is unpacked again', () => {
  const roll = dice(1);
  const ways = ['Z_DEFAULT_STRATEGY', 'Z_HUFFMAN_ONLY', 'Z_RLE', 'Z_FIXED', 'Z_FILTERED'];
  for (let round = 0; round < 300; round++) {
    const data = sample(roll);
    const options = { level: roll(10), strategy: zlib.constants[ways[round % ways.length]] };
    const packed = zlib.deflateRawSync(data, options);
    const found = ours(packed);
    assert.deepEqual(Buffer.from(found.bytes), Buffer.from(data));
    assert.equal(found.used, packed.length);
  }
});

test('an altered stream is judged as zlib judges it', () => {
  const roll = dice(2);
  let refused = 0;
  for (let round = 0; round < 6_000; round++) {
    const packed = zlib.deflateRawSync(sample(roll).subarray(0, 400), { level: 1 + roll(9), strategy: roll(2) * 4 });
    const altered = Uint8Array.from(packed);
    for (let times = 1 + roll(3); times > 0; times--) altered[roll(Math.min(altered.length, 60))] ^= 1 << roll(8);
    const [mine, other] = [ours(altered), theirs(altered)];
    if (other === undefined || other === 'refused') assert.equal(mine, other, Buffer.from(altered).toString('hex'));
    else assert.deepEqual(Buffer.from(mine.bytes), Buffer.from(other));
    refused += other === 'refused';
  }
  assert.ok(refused > 1_000 && refused < 6_000);
});

test('bytes of no stream at all end in a refusal or in what zlib finds in them', () => {
  const roll = dice(3);
  for (let round = 0; round < 6_000; round++) {
    const data = Uint8Array.from({ length: roll(120) }, () => roll(256));
    const [mine, other] = [ours(data), theirs(data)];
    if (other === undefined || other === 'refused') assert.equal(mine, other, Buffer.from(data).toString('hex'));
    else assert.deepEqual(Buffer.from(mine.bytes), Buffer.from(other));
  }
});

test('a stream cut short is refused', () => {
  const packed = zlib.deflateRawSync(Buffer.from('status list '.repeat(50)));
  for (let length = 0; length < packed.length; length++) assert.equal(ours(packed.subarray(0, length)), 'refused');
});

test('nothing is unpacked beyond the limit', () => {
  const bomb = zlib.deflateRawSync(Buffer.alloc(1 << 24));
  assert.equal(ours(bomb, 1 << 20), undefined);
  assert.equal(ours(zlib.deflateRawSync(Buffer.alloc(1 << 20)), 1 << 20).bytes.length, 1 << 20);
});

test('a list has one reading: one member, no fields, nothing behind it, its checksum held', () => {
  const bits = Buffer.alloc(LIST_BYTES);
  bits[500] = 0x80;
  const good = zlib.gzipSync(bits);
  assert.equal(decodeList('u' + encode(good)).isSet(4000), true);
  assert.equal(decodeList('u' + encode(good)).isSet(4001), false);
  const named = Buffer.concat([good.subarray(0, 3), Buffer.from([8]), good.subarray(4, 10), Buffer.from('a\0'), good.subarray(10)]);
  const bad = [Buffer.concat([good, Buffer.from([0])]), Buffer.concat([good, good]), named, good.subarray(0, -1), good.subarray(0, 9)];
  for (let at = 1; at <= 8; at++) {
    const altered = Buffer.from(good);
    altered[altered.length - at] ^= 1;
    bad.push(altered);
  }
  for (const each of bad) assert.throws(() => decodeList('u' + encode(each)), { code: 'STATUS_LIST_MALFORMED' });
  for (const text of ['', 'u', 'u=', 'z' + encode(good)]) assert.throws(() => decodeList(text), { code: 'STATUS_LIST_MALFORMED' });
});

test('a list is neither shorter nor longer than a list may be', () => {
  const list = (bytes) => 'u' + encode(zlib.gzipSync(Buffer.alloc(bytes)));
  for (const bytes of [0, 16, LIST_BYTES - 1, (1 << 20) + 1]) assert.throws(() => decodeList(list(bytes)), { code: 'STATUS_LIST_LENGTH' });
  for (const bytes of [LIST_BYTES, 1 << 20]) assert.equal(decodeList(list(bytes)).size, bytes * 8);
  assert.throws(() => decodeList(list(LIST_BYTES)).isSet(LIST_BYTES * 8), { code: 'STATUS_INDEX_OUTSIDE' });
});
