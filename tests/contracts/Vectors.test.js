// The committed vectors against the contracts: the registries' code is put at the vectors' addresses.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { encodeAbiParameters, parseAbiParameters } from "viem";
import { actPreimage, headPreimage, p256Key, sha256 } from "./support/p256.js";
import { ZERO, deployRegistries, id } from "./support/registries.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/chain/${name}.json`, import.meta.url), "utf8"));

describe("chain vectors", () => {
  let world;

  before(async () => {
    world = await deployRegistries();
  });

  const contractAt = async (address, contract, name) => {
    const bytecode = await world.client.getCode({ address: contract.address });
    await world.test.setCode({ address, bytecode });
    return world.viem.getContractAt(name, address);
  };

  it("acts: arguments, preimage and digest are what JavaScript and the contracts compute", async () => {
    for (const v of read("acts")) {
      const encoded = v.types ? encodeAbiParameters(parseAbiParameters(v.types), v.args) : "0x";
      assert.equal(encoded, v.encodedArgs, v.act);
      const preimage = actPreimage(v.chainId, v.contract, v.act, encoded, BigInt(v.nonce), BigInt(v.deadline));
      assert.equal(sha256(preimage), v.digest, v.act);
      const contract = await contractAt(v.contract, world.anchors, "AnchorRegistry");
      const onChain = await contract.read.actDigest([v.act, v.encodedArgs, BigInt(v.nonce), BigInt(v.deadline)]);
      assert.equal(onChain === v.digest, v.chainId === world.chainId, v.act);
    }
  });

  it("acts: the coordinators' signatures are accepted by the chain, and refused for another digest", async () => {
    const [v] = read("acts").filter((vector) => vector.act === "change");
    const signatures = v.signatures.map(({ keyHash, r, s }) => ({ keyHash, r, s }));
    await world.participants.read.ensureCoordinators([v.digest, signatures]);
    const other = world.participants.read.ensureCoordinators([id("other"), signatures]);
    await assert.rejects(other, /BadCoordinatorSignature/);
  });

  it("heads: hash and chaining", async () => {
    let prev = ZERO;
    for (const v of read("heads")) {
      assert.equal(v.prev, prev);
      const args = [v.logId, BigInt(v.seq), v.prev, v.root, BigInt(v.size), v.manifest];
      assert.equal(sha256(headPreimage(v.chainId, v.contract, ...args)), v.headHash);
      const contract = await contractAt(v.contract, world.anchors, "AnchorRegistry");
      assert.equal(await contract.read.headHashOf(args), v.headHash);
      prev = v.headHash;
    }
  });

  it("keys: accepted with the vector's hash, or refused", async () => {
    const { accepted, refused } = read("keys");
    const { participants, asCoordinator, keyInput } = world;
    const who = id("vectors");
    const first = keyInput(p256Key(99), who, { capabilities: 4 });
    const rest = accepted.map((v) => {
      if (v.alg === 2) return { alg: 2, use: 1, capabilities: 1, publicKey: v.publicKey, r: ZERO, s: ZERO };
      return { alg: 1, use: 2, capabilities: 0, publicKey: v.publicKey, r: ZERO, s: ZERO };
    });
    await asCoordinator(participants, "admit", [who, 1, ZERO, [first, ...rest]]);
    for (const v of accepted) assert.equal(await participants.read.publicKeyOf([who, v.keyHash]), v.publicKey);
    for (const v of refused) {
      const bad = { alg: v.alg, use: v.alg === 1 ? 2 : 1, capabilities: v.alg === 1 ? 0 : 1, publicKey: v.publicKey, r: ZERO, s: ZERO };
      const call = asCoordinator(participants, "admit", [id(v.why), 1, ZERO, [keyInput(p256Key(98), id(v.why), { capabilities: 4 }), bad]]);
      await assert.rejects(call, /BadPublicKey/, v.why);
    }
  });
});
