// Answers one question with the core's own functions: one that had a logic of its own would prove nothing.

import { readdirSync } from 'node:fs';

import { FilieraError, MAX_BODY_BYTES, parseObject } from '../src/core/index.ts';
import { Malformed } from './fields.mjs';

/** A question may hold a whole bundle or document in base64. */
export const MAX_QUESTION = 8 * MAX_BODY_BYTES;
const OPS = await operations();
/** Operations whose answer to "is it good?" is a plain no when it is refused. */
const YES_OR_NO = new Map([
  ['json.parse', 'ok'],
  ...['verify', 'jwt.verify', 'sdjwt.verify', 'merkle.inclusion', 'merkle.consistency'].map((name) => [name, 'valid']),
  ...['checkpoint.parse', 'cid.check', 'epcis.validate'].map((name) => [name, 'valid']),
]);
const LIMITS = {
  maxBytes: MAX_QUESTION,
  maxDepth: 128,
  maxItems: 4_000_000,
  maxString: MAX_QUESTION,
  maxInteger: 2n ** 64n - 1n, // tree sizes of RFC 9162
  foreign: true,
};

/** Every operation offered: the OPS tables of the files in `ops/`. */
async function operations() {
  const folder = new URL('./ops/', import.meta.url);
  const modules = await Promise.all(readdirSync(folder).sort().map((name) => import(new URL(name, folder))));
  return new Map(modules.flatMap((module) => Object.entries(module.OPS)));
}

/** Answer one question as it came, as one line of JSON without its end. Refusals become codes, nothing is thrown. */
export function answerBytes(line) {
  let given;
  try {
    given = answer(parseObject(Uint8Array.from(line), LIMITS));
  } catch (error) {
    given = { ...unread(line), error: codeOf(error) };
  }
  return JSON.stringify(given, (_, value) => (typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value));
}

function answer(question) {
  const asked = { id: question.id ?? null };
  const operation = OPS.get(question.op);
  if (!operation) return { ...asked, unsupported: true };
  try {
    return { ...asked, ...operation(question) };
  } catch (error) {
    return { ...asked, ...no(question.op), error: codeOf(error) };
  }
}

function codeOf(error) {
  if (error instanceof FilieraError) return error.code;
  if (!(error instanceof Malformed)) process.stderr.write(`${error.stack}\n`);
  return 'QUESTION_MALFORMED';
}

function no(operation) {
  return YES_OR_NO.has(operation) ? { [YES_OR_NO.get(operation)]: false } : {};
}

/** The id and the "no" of a question that the strict reader refuses: whoever asked finds it. */
function unread(line) {
  try {
    const question = JSON.parse(line.toString());
    return { id: question.id ?? null, ...no(question.op) };
  } catch {
    return { id: null };
  }
}
