// Answers, line by line, what the conformance adapter does not ask: a whole record of ours, its form by itself, its values.

import { createInterface } from 'node:readline';

import * as core from '../../verifier/web/src/core/index.ts';

const OPS = {
  /** A token in, everything that a record says of itself out. */
  record: ({ token }) => {
    const record = core.verifyRecord(token);
    return {
      digest: record.digestHex,
      issuer: record.issuer,
      kind: record.kind,
      withheld: [...record.withheld].sort(),
      claims: record.claims,
      public: record.restrictedTo('public'),
    };
  },
  /** An event's claims as JSON text, and pointers of what is withheld. */
  event: ({ json, withheld }) => {
    core.checkEvent(core.parseObject(core.utf8(json)), new Set(withheld));
    return {};
  },
  /** A token whose form is judged too. */
  judged: ({ token }) => {
    core.checkRecord(core.verifyRecord(token));
    return {};
  },
  reference: ({ text }) => core.parseReference(text),
  decimal: ({ text }) => ({ text: core.formatDecimal(core.parseDecimal(text)) }),
  receipt: ({ token, key }) => {
    const { record, ...rest } = core.parseReceipt(token, core.PublicKey.fromDid(key));
    return { ...rest, record: core.toHex(record) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answer(question))}\n`);
}

function answer(question) {
  try {
    return OPS[question.op](question);
  } catch (error) {
    if (!(error instanceof core.FilieraError)) process.stderr.write(`${JSON.stringify(question)}\n${error.stack}\n`);
    return { error: error.code ?? `${error.name}: ${error.message}`, place: error.place ?? '' };
  }
}
