// P-256 and Ed25519 keys for tests, by Node's own crypto: a second implementation beside Python and Solidity.
// Private keys are small fixed numbers on purpose: they are worth nothing and make the vectors repeatable.
import { createECDH, createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { concatHex, encodeAbiParameters, toHex } from "viem";

export const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
export const sha256 = (hex) => `0x${createHash("sha256").update(Buffer.from(hex.slice(2), "hex")).digest("hex")}`;
const b64 = (buffer) => Buffer.from(buffer).toString("base64url");

export function p256Key(number) {
  const ecdh = createECDH("prime256v1");
  const d = Buffer.from(toHex(BigInt(number), { size: 32 }).slice(2), "hex");
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  const jwk = { kty: "EC", crv: "P-256", x: b64(x), y: b64(y), d: b64(d) };
  const publicKey = `0x${Buffer.concat([x, y]).toString("hex")}`;
  const compressed = `0x${ecdh.getPublicKey("hex", "compressed")}`;
  return { publicKey, keyHash: sha256(concatHex(["0x8024", compressed])), key: createPrivateKey({ key: jwk, format: "jwk" }) };
}

export function ed25519Key(number) {
  const seed = Buffer.from(toHex(BigInt(number), { size: 32 }).slice(2), "hex");
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const jwk = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" })).export({ format: "jwk" });
  const publicKey = `0x${Buffer.from(jwk.x, "base64url").toString("hex")}`;
  return { publicKey, keyHash: sha256(concatHex(["0xed01", publicKey])) };
}

// Signs SHA-256(preimage). Node, like browsers, gives a high s half of the time; the contracts want the low one.
export function signLow({ key, keyHash }, preimage, { high = false } = {}) {
  const raw = sign("sha256", Buffer.from(preimage.slice(2), "hex"), { key, dsaEncoding: "ieee-p1363" }).toString("hex");
  const s = BigInt(`0x${raw.slice(64)}`);
  const isHigh = s > N / 2n;
  return { keyHash, r: `0x${raw.slice(0, 64)}`, s: toHex(isHigh === high ? s : N - s, { size: 32 }) };
}

export const ACT_TYPES = ["string", "uint256", "address", "string", "bytes", "uint256", "uint64"].map((type) => ({ type }));
export const KEY_TYPES = ["string", "uint256", "address", "bytes32", "bytes32"].map((type) => ({ type }));
export const HEAD_TYPES = ["string", "uint256", "address", "bytes32", "uint64", "bytes32", "bytes32", "uint64", "bytes32"].map(
  (type) => ({ type }),
);

export const actPreimage = (chainId, contract, act, args, nonce, deadline) =>
  encodeAbiParameters(ACT_TYPES, ["filiera-act/1", BigInt(chainId), contract, act, args, nonce, deadline]);
export const keyPreimage = (chainId, contract, id, keyHash) =>
  encodeAbiParameters(KEY_TYPES, ["filiera-key/1", BigInt(chainId), contract, id, keyHash]);
export const headPreimage = (chainId, contract, logId, seq, prev, root, size, manifest) =>
  encodeAbiParameters(HEAD_TYPES, ["anchor-head/1", BigInt(chainId), contract, logId, seq, prev, root, size, manifest]);
