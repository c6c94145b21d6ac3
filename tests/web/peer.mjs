// Answers, line by line, what the conformance adapter does not ask: a whole record of ours, its form by itself, its values, and
// all that is found about a bundle.

import { createInterface } from 'node:readline';

import { parseBundle } from '../../verifier/web/src/core/custody/bundle.ts';
import { Decimal } from '../../verifier/web/src/core/custody/decimal28.ts';
import { parseTrust } from '../../verifier/web/src/core/custody/trust.ts';
import { readEvidence, verify } from '../../verifier/web/src/core/custody/verify.ts';
import { viewFromJson } from '../../verifier/web/src/core/custody/view.ts';
import * as core from '../../verifier/web/src/core/index.ts';
import { judge } from '../../verifier/web/src/judge.ts';
import { reportOf } from '../../verifier/web/src/report.ts';
import { openPaper } from '../../verifier/web/src/sealed/open.ts';
import { readReaderKey } from '../../verifier/web/src/sealed/readerKey.ts';

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
  /** Two decimals of 28 digits and what is done with them; the first alone is rounded to the places that the second says. */
  arithmetic: ({ how, one, other }) => {
    const [first, second] = [Decimal.of(one), Decimal.of(other)];
    return { text: how === 'round' ? first.format(Number(other)) : first[how](second).format() };
  },
  receipt: ({ token, key }) => {
    const { record, ...rest } = core.parseReceipt(token, core.PublicKey.fromDid(key));
    return { ...rest, record: core.toHex(record) };
  },
  /** A bundle's bytes in base64, a trust file's text and a view; null for none. */
  judged_bundle: ({ bundle, trust, view }) => {
    const evidence = readEvidence(parseBundle(Uint8Array.from(Buffer.from(bundle, 'base64'))));
    const pinned = trust === null ? undefined : parseTrust(core.utf8(trust));
    const said = view === null ? undefined : viewFromJson(view);
    return reportOf(verify(evidence, pinned, said), { view: said, endpoints: [] }, 0);
  },
  /** The same as the page's worker is asked it: `chains` are addresses of endpoints. */
  asked_bundle: ({ bundle, trust, chains }) => judge({ bundle: Uint8Array.from(Buffer.from(bundle, 'base64')), trust, chains }),
  /** A sealed paper, its wrapped keys and a key file in base64; what is the matter with the key is a `trouble`. */
  sealed: async ({ sealed, wrapped, key, passphrase }) => {
    const reader = await readReaderKey(bytes(key), passphrase ?? undefined);
    if (typeof reader === 'string') return { trouble: reader };
    const { data, ...said } = await openPaper(bytes(sealed), bytes(wrapped), reader);
    return { ...said, data: Buffer.from(data).toString('base64') };
  },
};

function bytes(text) {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await answer(question))}\n`);
}

async function answer(question) {
  try {
    return await OPS[question.op](question);
  } catch (error) {
    if (!(error instanceof core.FilieraError)) process.stderr.write(`${JSON.stringify(question)}\n${error.stack}\n`);
    return { error: error.code ?? `${error.name}: ${error.message}`, place: error.place ?? '' };
  }
}
