// Calls that are collected, sent as one batch, and read by their numbers. Arguments and answers of the views are whole words.

import reader from '../../../../protocol/abi/reader.json' with { type: 'json' };
import { bigEndian, concat, fromHex, toHex, toInteger } from '../core/bytes.ts';
import type { ContractName, Trust } from '../core/custody/trust.ts';
import { refuse } from '../core/errors.ts';
import { sha256 } from '../core/hashing.ts';
import { isObject, type Json } from '../core/strictJson.ts';
import type { Call, Transport } from './rpc.ts';

const WORD = 32;
const CONTRACTS = {
  participants: reader.contracts.ParticipantRegistry,
  anchors: reader.contracts.AnchorRegistry,
  passports: reader.contracts.PassportRegistry,
} as const;

export class Batch {
  private readonly calls: Call[] = [];
  private readonly trust: Trust;
  private readonly at: string;
  private answers: readonly (Json | undefined)[] = [];

  /** `at`: a block as JSON-RPC names it. */
  constructor(trust: Trust, at: string) {
    this.trust = trust;
    this.at = at;
  }

  call(method: string, ...parameters: readonly Json[]): number {
    return this.calls.push([method, parameters]) - 1;
  }

  /** The deployed code of a pinned contract. */
  code(name: ContractName): number {
    return this.call('eth_getCode', this.trust.contracts[name].address, this.at);
  }

  /** A view by the name of its selector; arguments are hex of a word each, or numbers. */
  view(contract: ContractName, name: string, ...words: readonly (string | number)[]): number {
    return this.data(contract, name, concat(...words.map((word) => (typeof word === 'number' ? bigEndian(word, WORD) : fromHex(word)))));
  }

  /** A view with its encoded arguments. */
  data(contract: ContractName, name: string, encoded: Uint8Array): number {
    const selectors = CONTRACTS[contract].selectors as Readonly<Record<string, string>>;
    return this.call('eth_call', { to: this.trust.contracts[contract].address, data: `0x${selectors[name]}${toHex(encoded)}` }, this.at);
  }

  async send(transport: Transport): Promise<void> {
    this.answers = this.calls.length ? await transport(this.calls) : [];
  }

  answer(number: number): Json | undefined {
    return this.answers[number];
  }

  /** At least so many words of a view's answer; undefined where the contract refused. */
  words(number: number, least: number): Uint8Array[] | undefined {
    const answer = this.answers[number];
    if (answer === undefined) return undefined;
    const data = bytesOf(answer, 'view');
    if (data.length < least * WORD) return malformed('view');
    return Array.from({ length: least }, (_, index) => data.subarray(index * WORD, (index + 1) * WORD));
  }

  /** A quantity that an answer is, or that stands in it under a name. */
  number(number: number, name?: string): number {
    return quantity(name === undefined ? this.answers[number] : this.field(number, name), name ?? 'number');
  }

  /** A text in an answer. */
  text(number: number, name: string): string {
    const found = this.field(number, name);
    return typeof found === 'string' ? found : malformed(name);
  }

  private field(number: number, name: string): Json | undefined {
    const answer = this.answers[number];
    return isObject(answer) ? answer[name] : malformed(name);
  }
}

/** SHA-256 of deployed code with the immutables set to zero (protocol/README §9); hex with 0x. */
export function codeHash(name: ContractName, code: Json | undefined): string {
  const data = Uint8Array.from(bytesOf(code, 'code'));
  for (const start of Object.values(CONTRACTS[name].immutables).flat()) data.fill(0, start, start + WORD);
  return `0x${toHex(sha256(data))}`;
}

/** A word of a contract as a number, above 2^53 − 1 as 2^53 − 1 (protocol/README §16). */
export function toNumber(word: Uint8Array): number {
  const value = toInteger(word);
  return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** A quantity of JSON-RPC. */
export function quantity(value: Json | undefined, reason: string): number {
  const found = typeof value === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(value) ? Number(value) : NaN;
  return Number.isSafeInteger(found) ? found : malformed(reason);
}

function bytesOf(value: Json | undefined, reason: string): Uint8Array {
  return typeof value === 'string' && /^0x(?:[0-9a-fA-F]{2})*$/.test(value) ? fromHex(value.slice(2).toLowerCase()) : malformed(reason);
}

export function malformed(reason: string): never {
  return refuse('CHAIN_ANSWER_MALFORMED', '', { reason });
}
