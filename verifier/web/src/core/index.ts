// The public surface of the core: what the page, the conformance adapter and the custody checks are built from.
//
// Everything is synchronous and pure: no network, no clock, no storage, nothing that only one platform has.

export { abiEncode, actInput, possessionDigest } from './abi.ts';
export { checkAccount, parseEntries, type Entry } from './accounts.ts';
export * as base64url from './base64url.ts';
export { compare, concat, equal, fromHex, toHex, utf8 } from './bytes.ts';
export { isDay, isInstant, localDay, milliseconds } from './calendar.ts';
export { formatVkey, holdName, noteKeyId, parseBody, parseCheckpoint, parseSignature, parseVkey, splitNote, type Checkpoint, type NoteSignature } from './checkpoint.ts';
export { checkBlock, cidOf, cidOfBytes, codecOf, formatCid, parseCid, parseForeignCid } from './cid.ts';
export { parseCompact, verifyCompact, verifySignature, type Compact } from './compact.ts';
export { formatDecimal, ONE, parseDecimal, Rational, sum, ZERO } from './decimal.ts';
export { FilieraError, refuse, type Values } from './errors.ts';
export { carries, checkEvent, EVENT, holderOf } from './events.ts';
export { EFFECTS, goodsOf, isGain, isLoss, type Goods, type Movement } from './goods.ts';
export { buildDigitalLink, canonicalLink, checkDigit, GS1_STEM, parseDigitalLink, type DigitalLink, type Pair } from './gs1.ts';
export { batchLeaf, graphDigest, leafHash, logId, nodeHash, passportId, sha256 } from './hashing.ts';
export { affectedBlock, affectedRoot, headHash, manifestBlock, orderLeaves, parseAffected, parseManifest, type Head, type Manifest } from './heads.ts';
export { PARTICIPANT_PREFIX, parseReference, sameGoods, type Reference } from './identifiers.ts';
export { keyIdOf, PublicKey, type Alg } from './keys.ts';
export { checkRecord, type Disclosable } from './kinds.ts';
export * from './limits.ts';
export { consistencyProof, inclusionProof, root as merkleRoot, verifyConsistency, verifyInclusion, type Size } from './merkle.ts';
export { convert, inBase, parseQuantity, parseUnit, type Quantity, type Unit } from './quantities.ts';
export { parseReceipt, type Receipt } from './receipt.ts';
export { parseRecord, SignedRecord, verifyRecord } from './records.ts';
export { subjectSchema, validate } from './schema.ts';
export { disclosureDigest, openClaims, verifySdJwt, type Opened } from './sdJwt.ts';
export { signatureFromDer, verify } from './signatures.ts';
export { decodeUtf8, emptyObject, isObject, parseJson, parseObject, sameJson, type Json, type JsonObject } from './strictJson.ts';
export { entryBundle, formatTilePath, parseEntryBundle, parseTile, parseTilePath, type TilePath } from './tiles.ts';
export { readFile } from './unixfs.ts';
export { ACTS, PROCESSES, TIERS, UNITS, type Act, type Dimension, type Effect, type Process, type Tier } from './vocabulary.ts';
