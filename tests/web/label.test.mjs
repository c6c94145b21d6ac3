// Node reads what a code on a label leads to.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { labelOf } from '../../verifier/web/src/desk/camera/label.ts';

const NODE = 'https://node.example';

test('a label of this node leads to the same path, with or without a shop before it', () => {
  assert.deepEqual(labelOf('https://node.example/01/09527700002628/21/S1', NODE), {
    host: 'node.example', path: '/01/09527700002628/21/S1', address: 'https://node.example/01/09527700002628/21/S1', here: true,
  });
  const short = labelOf('HTTPS://Node.Example/01/9527700002628/10/L-7/21/a%2Fb?17=270101', NODE);
  assert.equal(short?.path, '/01/09527700002628/10/L-7/21/a%2Fb');
  assert.equal(short.here, true);
  assert.equal(labelOf('https://node.example/shop/it/01/09527700002628', NODE).address, 'https://node.example/shop/it/01/09527700002628');
});

test('what looks like this node is not taken for it', () => {
  for (const text of [
    'http://node.example/01/09527700002628',
    'https://node.example:444/01/09527700002628',
    'https://node.example.evil.example/01/09527700002628',
    'https://evil.example/node.example/01/09527700002628',
    'https://id.gs1.org/01/09527700002628/21/S1',
  ]) {
    assert.equal(labelOf(text, NODE).here, false, text);
  }
});

test('other texts lead nowhere', () => {
  for (const text of [
    '', 'S1', '(01)09527700002628', 'https://node.example/', 'https://node.example/01/09527700002629', 'https://node.example/414/9527700002628',
    'https://node.example@evil.example/01/09527700002628', 'javascript:/01/09527700002628', 'file:///01/09527700002628',
    'https://node.example/01/09527700002628/21/' + 'x'.repeat(3000), 'https://node.example/01/09527700002628/../../admin',
  ]) {
    assert.equal(labelOf(text, NODE), null, text);
  }
});
