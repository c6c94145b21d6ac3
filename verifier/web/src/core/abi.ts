// `abi.encode` of Solidity for the types that acts and heads have (protocol/README §9), and the digests signed over it.

import { bigEndian, concat, fromHex, utf8 } from './bytes.ts';
import { refuse } from './errors.ts';
import { sha256 } from './hashing.ts';

/** What a type takes: hex with or without 0x, integers as such or as decimal text, tuples as objects by name or lists. */
export type AbiValue = string | number | bigint | boolean | Uint8Array | readonly AbiValue[] | { readonly [name: string]: AbiValue };

interface Part {
  readonly name: string;
  readonly type: Type;
}
type Type = { word: string } | { list: Type } | { parts: readonly Part[] };

const WORD = 32;

/** `abi.encode(values…)` for types in the ABI's own text, such as `bytes32` or `(uint8 alg, bytes key)[]`;
 *  CHAIN_ACT_ARGUMENT with the place of a value that is not of its type. */
export function abiEncode(types: readonly string[], values: readonly AbiValue[]): Uint8Array {
  const parts = parseParts(types.join(', '));
  if (parts.length !== values.length) refuse('CHAIN_ACT_ARGUMENT', '', { expected: `${parts.length} values` });
  return sequence(parts.map((part) => part.type), values, '');
}

/** The bytes whose SHA-256 authorises an act: chain, contract and nonce make it of no use elsewhere or twice. */
export function actInput(chainId: AbiValue, contract: AbiValue, act: string, args: Uint8Array, nonce: AbiValue, deadline: AbiValue): Uint8Array {
  const types = ['string', 'uint256', 'address', 'string', 'bytes', 'uint256', 'uint64'];
  return abiEncode(types, ['filiera-act/1', chainId, contract, act, args, nonce, deadline]);
}

/** The digest by whose signature a key proves that it is held and meant for a participant. */
export function possessionDigest(chainId: AbiValue, contract: AbiValue, participant: AbiValue, keyId: AbiValue): Uint8Array {
  const types = ['string', 'uint256', 'address', 'bytes32', 'bytes32'];
  return sha256(abiEncode(types, ['filiera-key/1', chainId, contract, participant, keyId]));
}

/** Heads, then tails: a dynamic value's head is the offset of its tail from the start of the sequence. */
function sequence(types: readonly Type[], values: readonly AbiValue[], place: string): Uint8Array {
  const encoded = types.map((type, index) => encode(type, values[index], `${place}/${index}`));
  let offset = types.reduce((sum, type, index) => sum + (isDynamic(type) ? WORD : encoded[index].length), 0);
  const tails: Uint8Array[] = [];
  const heads = types.map((type, index) => {
    if (!isDynamic(type)) return encoded[index];
    const head = bigEndian(offset, WORD);
    offset += encoded[index].length;
    tails.push(encoded[index]);
    return head;
  });
  return concat(...heads, ...tails);
}

function encode(type: Type, value: AbiValue, place: string): Uint8Array {
  if ('parts' in type) return sequence(type.parts.map((part) => part.type), membersOf(type.parts, value, place), place);
  if ('list' in type) {
    const entries = Array.isArray(value) ? (value as readonly AbiValue[]) : wrong(place, 'list');
    return concat(bigEndian(entries.length, WORD), sequence(entries.map(() => type.list), entries, place));
  }
  return elementary(type.word, value, place);
}

function elementary(word: string, value: AbiValue, place: string): Uint8Array {
  const [, name, digits] = /^([a-z]+)([0-9]*)$/.exec(word) ?? wrong(place, word);
  if (word === 'string' || word === 'bytes') {
    const data = word === 'string' ? utf8(typeof value === 'string' ? value : wrong(place, word)) : bytesOf(value, place);
    return concat(bigEndian(data.length, WORD), data, new Uint8Array(-data.length & (WORD - 1)));
  }
  if (word === 'bool') return bigEndian(typeof value === 'boolean' ? Number(value) : wrong(place, word), WORD);
  if (word === 'address') return concat(new Uint8Array(WORD - 20), exactly(bytesOf(value, place), 20, place));
  if (name === 'bytes') return concat(exactly(bytesOf(value, place), Number(digits), place), new Uint8Array(WORD - Number(digits)));
  return name === 'uint' ? bigEndian(unsigned(value, Number(digits), place), WORD) : wrong(place, word);
}

function unsigned(value: AbiValue, bits: number, place: string): bigint {
  const number = typeof value === 'bigint' || Number.isSafeInteger(value) || /^(0|[1-9][0-9]*)$/.test(String(value)) ? BigInt(value as bigint) : -1n;
  return number >= 0n && number >> BigInt(bits) === 0n ? number : wrong(place, `uint${bits}`);
}

function bytesOf(value: AbiValue, place: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? fromHex(value.replace(/^0x/, '').toLowerCase(), 'CHAIN_ACT_ARGUMENT', place) : wrong(place, 'bytes');
}

function exactly(data: Uint8Array, length: number, place: string): Uint8Array {
  return data.length === length ? data : wrong(place, `${length} bytes`);
}

/** A tuple's values in order; names have to be exactly those of its parts. */
function membersOf(parts: readonly Part[], value: AbiValue, place: string): readonly AbiValue[] {
  if (typeof value !== 'object' || value instanceof Uint8Array) return wrong(place, 'tuple');
  const members = Array.isArray(value) ? value : parts.map(({ name }) => (value as Record<string, AbiValue>)[name]);
  return Object.keys(value).length === parts.length && !members.includes(undefined) ? members : wrong(place, 'tuple');
}

function isDynamic(type: Type): boolean {
  if ('parts' in type) return type.parts.some((part) => isDynamic(part.type));
  return 'list' in type || type.word === 'bytes' || type.word === 'string';
}

/** `a, (b c, d)[] e`: types separated by commas outside brackets, each with a name behind it perhaps. */
function parseParts(text: string): Part[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of text) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (character === ',' && depth === 0) parts.push(current);
    current = character === ',' && depth === 0 ? '' : current + character;
  }
  return [...parts, current].map((part) => part.trim()).filter(Boolean).map(parsePart);
}

function parsePart(text: string): Part {
  const found = /^(\(.*\)|[a-z0-9]+)((?:\[\])*)\s*([A-Za-z_]\w*)?$/.exec(text) ?? wrong(text, 'ABI');
  let type: Type = found[1].startsWith('(') ? { parts: parseParts(found[1].slice(1, -1)) } : { word: found[1] };
  for (let depth = found[2].length; depth > 0; depth -= 2) type = { list: type };
  return { name: found[3] ?? '', type };
}

function wrong(place: string, expected: string): never {
  return refuse('CHAIN_ACT_ARGUMENT', place, { expected });
}
