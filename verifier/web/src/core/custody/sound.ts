// Is each record a record: form, signature, disclosures, and the profile of its kind (docs/verification.md §3).

import { toHex } from '../bytes.ts';
import { FilieraError } from '../errors.ts';
import { checkRecord } from '../kinds.ts';
import { parseRecord, verifyRecord, type SignedRecord } from '../records.ts';
import { statusEntryOf, type StatusEntry } from '../statusEntries.ts';
import type { JsonObject } from '../strictJson.ts';
import type { Entry, LogPlace } from './bundle.ts';
import { finding, fromError, type Finding } from './findings.ts';

export const EVENT = 'FilieraEvent';
export const MASTER_DATA = 'FilieraMasterData';
export const MEMBERSHIP = 'FilieraMembership';
export const CATALOGUE_RECORD = 'FilieraCatalogue';
export const PASSPORT = 'DigitalProductPassport';

/** What speaks for the consortium: signed by a coordinator's key, for no participant (README §20). */
export const COORDINATED: ReadonlySet<string> = new Set([MEMBERSHIP, CATALOGUE_RECORD, 'FilieraCriterion']);

/** A record that holds by itself, with its place in a log; digest and key id are hex. */
export interface Sound {
  readonly digest: string;
  readonly id: string;
  readonly kind: string;
  readonly issuer: string;
  readonly keyId: string;
  readonly subject: JsonObject;
  /** The envelope's instant. */
  readonly validFrom: string;
  readonly status: StatusEntry | undefined;
  readonly place: LogPlace | undefined;
}

/** The records that hold and what is wrong with the others; the wrong ones are no evidence of anything. */
export function readRecords(entries: readonly Entry[]): { sound: Sound[]; findings: Finding[] } {
  const found = entries.map(readOne);
  return { sound: found.filter(isSound), findings: found.filter((each): each is Finding => !isSound(each)) };
}

/** The same for what the coordinator signed about members and catalogues, which stands in no log here. */
export function readMemberships(tokens: readonly string[]): { sound: Sound[]; findings: Finding[] } {
  return readRecords(tokens.map((token) => ({ token, place: undefined })));
}

function isSound(found: Sound | Finding): found is Sound {
  return 'subject' in found;
}

function readOne({ token, place }: Entry): Sound | Finding {
  let record: SignedRecord;
  try {
    record = verifyRecord(token);
  } catch (error) {
    return fromError('credential', ours(error), shownAs(token));
  }
  const digest = record.digestHex;
  try {
    checkRecord(record);
  } catch (error) {
    if (error instanceof FilieraError) return fromError('form', error, digest);
    // Whatever passes the schemas is readable; what is not, is refused and not believed.
    return finding('form', 'EVENT_UNREADABLE', digest, { reason: (error as Error).name });
  }
  const { id, kind, issuer, subject, claims } = record;
  const envelope = { validFrom: claims.validFrom as string, status: statusEntryOf(claims) };
  return { digest, id, kind, issuer, keyId: toHex(record.key!.keyId), subject, ...envelope, place };
}

/** The digest of what was shown, so that a person finds the record again; its beginning if it is no token. */
function shownAs(token: string): string {
  try {
    return parseRecord(token).digestHex;
  } catch (error) {
    ours(error);
    return token.slice(0, 24);
  }
}

function ours(error: unknown): FilieraError {
  if (error instanceof FilieraError) return error;
  throw error;
}
