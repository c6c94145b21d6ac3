// Writes tests/vectors/chain/*.json: `node scripts/make_chain_vectors.js`. Digests repeat exactly;
// signatures are made anew, since ECDSA is randomised here, so run it only when a format changes.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { encodeAbiParameters, parseAbiParameters, toHex } from "viem";
import { Tree, hex, leaf } from "../tests/contracts/support/merkle.js";
import { actPreimage, ed25519Key, headPreimage, keyPreimage, p256Key, sha256, signLow } from "../tests/contracts/support/p256.js";

const CHAIN = 31337;
const PARTICIPANTS = "0x1111111111111111111111111111111111111111";
const ANCHORS = "0x2222222222222222222222222222222222222222";
const PASSPORTS = "0x3333333333333333333333333333333333333333";
const ZERO = `0x${"00".repeat(32)}`;
const id = (text) => sha256(toHex(text));
const brand = id("brand");
const KEY_INPUT = "(uint8 alg, uint8 use, uint8 capabilities, bytes publicKey, bytes32 r, bytes32 s)";
const ITEM = "(bytes32 batchRoot, bytes32 passportId, bytes32 digest, uint64 index, bytes32[] proof)";

const text = (_, value) => (typeof value === "bigint" ? value.toString() : value);
const write = (name, value) =>
  writeFileSync(fileURLToPath(new URL(`../tests/vectors/chain/${name}.json`, import.meta.url)), `${JSON.stringify(value, text, 1)}\n`);

function act(contract, name, types, args, nonce, signers, chainId = CHAIN) {
  const encoded = types ? encodeAbiParameters(parseAbiParameters(types), args) : "0x";
  const deadline = 1900000000n;
  const preimage = actPreimage(chainId, contract, name, encoded, nonce, deadline);
  const signatures = signers.map((key) => ({ publicKey: key.publicKey, ...signLow(key, preimage) }));
  return { act: name, chainId, contract, types, args, encodedArgs: encoded, nonce, deadline, preimage, digest: sha256(preimage), signatures };
}

function acts() {
  const key = p256Key(21);
  const preimage = keyPreimage(CHAIN, PARTICIPANTS, brand, key.keyHash);
  const { r, s } = signLow(key, preimage);
  const input = { alg: 1, use: 1, capabilities: 7, publicKey: key.publicKey, r, s };
  const two = [p256Key(11), p256Key(12)];
  const passport = id("https://id.example/01/09506000134352/21/x1");
  const item = { batchRoot: id("root"), passportId: passport, digest: id("digest"), index: 2n, proof: [id("a"), id("b")] };
  return [
    act(PARTICIPANTS, "admit", `bytes32, uint16, bytes32, ${KEY_INPUT}[]`, [brand, 2, id("profile"), [input]], 0n, two),
    act(PARTICIPANTS, "change", "bytes32, uint16, bool", [brand, 3, false], 1n, two),
    act(PARTICIPANTS, "addKey", `bytes32, ${KEY_INPUT}, uint64`, [brand, input, 0n], 0n, [key]),
    act(PARTICIPANTS, "closeKey", "bytes32, bytes32, uint64, uint8", [brand, key.keyHash, 120n, 1], 1n, [key]),
    act(PARTICIPANTS, "cancelCoordinators", "", [], 2n, two),
    act(ANCHORS, "openLog", "bytes32, address, bytes32, bytes32, string",
      [id("log.example/filiera"), PASSPORTS, brand, ed25519Key(31).publicKey, "log.example/filiera"], 0n, two),
    act(PASSPORTS, "issue", "bytes32, bytes32, bytes32", [brand, passport, id("digest")], 0n, [key]),
    act(PASSPORTS, "issueBatch", "bytes32, bytes32, uint64, bytes32", [brand, id("root"), 500n, id("manifest")], 1n, [key]),
    act(PASSPORTS, "setStatus", "bytes32, bytes32, uint8, bytes32", [brand, passport, 2, id("evidence")], 2n, [key]),
    act(PASSPORTS, "setItemStatus", `bytes32, ${ITEM}, uint8, bytes32`, [brand, item, 3, id("evidence")], 3n, [key]),
    act(PASSPORTS, "issue", "bytes32, bytes32, bytes32", [brand, passport, id("digest")], 0n, [key], 1),
  ];
}

function keys() {
  const p256 = [1, 2, 3, 21].map((n) => {
    const { publicKey, keyHash, key } = p256Key(n);
    const preimage = keyPreimage(CHAIN, PARTICIPANTS, brand, keyHash);
    const { r, s } = signLow({ key, keyHash }, preimage);
    const possession = { chainId: CHAIN, contract: PARTICIPANTS, participantId: brand, preimage, digest: sha256(preimage), r, s };
    return { alg: 1, publicKey, keyHash, possession };
  });
  const ed25519 = [1, 2, 31].map((n) => ({ alg: 2, ...ed25519Key(n) }));
  return { accepted: [...p256, ...ed25519], refused: refusedKeys() };
}

function refusedKeys() {
  const p = 2n ** 255n - 19n;
  const order8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
  const encode = (y, sign = 0n) => hex(Buffer.from(toHex(y | (sign << 255n), { size: 32 }).slice(2), "hex").reverse());
  const ed = Object.entries({
    "y = 0, order 4": encode(0n), "y = 0, sign": encode(0n, 1n), "y = 1, identity": encode(1n), "y = 1, sign": encode(1n, 1n),
    "y = p - 1, order 2": encode(p - 1n), "order 8": encode(order8), "order 8, sign": encode(order8, 1n),
    "order 8, other": encode(p - order8), "order 8, other, sign": encode(p - order8, 1n),
    "y = p, not canonical": encode(p), "y = p + 1, not canonical": encode(p + 1n), "y = 2^255 - 1, not canonical": encode(2n ** 255n - 1n),
  }).map(([why, publicKey]) => ({ alg: 2, why, publicKey }));
  const good = p256Key(1).publicKey;
  const flipped = `${good.slice(0, -1)}${(Number.parseInt(good.slice(-1), 16) ^ 1).toString(16)}`;
  return [...ed,
    { alg: 2, why: "31 bytes", publicKey: `0x${"11".repeat(31)}` },
    { alg: 1, why: "not on the curve", publicKey: flipped },
    { alg: 1, why: "zero", publicKey: `0x${"00".repeat(64)}` },
    { alg: 1, why: "33 bytes (compressed)", publicKey: `0x02${good.slice(2, 66)}` }];
}

function heads() {
  const logId = id("log.example/filiera");
  let prev = ZERO;
  return [1, 16384, 1000000].map((size, i) => {
    const head = { logId, seq: BigInt(i + 1), prev, root: id(`root ${size}`), size: BigInt(size), manifest: id(`manifest ${size}`) };
    const preimage = headPreimage(CHAIN, ANCHORS, head.logId, head.seq, head.prev, head.root, head.size, head.manifest);
    prev = sha256(preimage);
    return { chainId: CHAIN, contract: ANCHORS, ...head, preimage, headHash: prev };
  });
}

function batch() {
  const items = Array.from({ length: 5 }, (_, i) => ({ passportId: id(`passport ${i}`), digest: id(`digest ${i}`) }));
  const bytes = ({ passportId, digest }) => Buffer.from(passportId.slice(2) + digest.slice(2), "hex");
  const tree = new Tree(items.map((item) => leaf(bytes(item))));
  const manifest = sha256(hex(Buffer.concat(items.map(bytes))));
  const proved = items.map((item, index) => ({ ...item, index, leaf: hex(tree.leaves[index]), proof: tree.inclusion(index).map(hex) }));
  return { root: hex(tree.root()), count: items.length, manifest, items: proved };
}

write("acts", acts());
write("keys", keys());
write("heads", heads());
write("passport_batch", batch());
