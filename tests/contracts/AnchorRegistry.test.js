import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Tree, hex, numberedLeaves } from "./support/merkle.js";
import { ed25519Key, headPreimage, p256Key, sha256 } from "./support/p256.js";
import { ZERO, deployRegistries, id } from "./support/registries.js";

const origin = "log.example/filiera";
const logId = id(origin);
const operator = id("operator");
const nobody = `0x${"00".repeat(20)}`;

describe("AnchorRegistry", () => {
  let w;
  let anchors;
  let tree;
  const refused = (call, contract, error, args) =>
    args ? w.viem.assertions.revertWithCustomErrorWithArgs(call, contract, error, args)
         : w.viem.assertions.revertWithCustomError(call, contract, error);
  const open = (account) =>
    w.asCoordinator(anchors, "openLog", [logId, account, operator, ed25519Key(31).publicKey, origin]);
  // Anchors the tree's first `size` leaves on top of the last head.
  async function anchor(size, { prev, proof, root, account = w.wallets[0].account } = {}) {
    const last = await anchors.read.headOf([logId]);
    proof ??= last.seq === 0n ? [] : tree.consistency(Number(last.size), size).map(hex);
    const args = [logId, prev ?? last.headHash, root ?? hex(tree.root(0, size)), BigInt(size), id("manifest"), "", proof];
    return anchors.write.anchor(args, { account });
  }

  beforeEach(async () => {
    w = await deployRegistries();
    anchors = w.anchors;
    tree = new Tree(numberedLeaves(40));
    await w.admit(operator, p256Key(41), { roles: 512 });
    await open(w.wallets[0].account.address);
  });

  it("opens a log for the SHA-256 of its origin, an active participant and a sound key", async () => {
    const key = ed25519Key(31).publicKey;
    const call = (...args) => w.asCoordinator(anchors, "openLog", args);
    await refused(open(nobody), anchors, "LogExists", [logId]);
    await refused(call(id("x"), nobody, operator, key, "y"), anchors, "BadLogId", [id("x"), id("y")]);
    await refused(call(id("x"), nobody, id("rival"), key, "x"), anchors, "OperatorNotActive", [id("rival")]);
    await refused(call(id("x"), nobody, operator, ZERO, "x"), anchors, "BadPublicKey");
    const log = await anchors.read.logOf([logId]);
    assert.deepEqual([log.seq, log.participantId, log.logKey], [0n, operator, key]);
    const other = w.asCoordinator(anchors, "setOperator", [logId, nobody], { signers: [p256Key(41), p256Key(42)] });
    await refused(other, w.participants, "NotCoordinator", [p256Key(41).keyHash]);
  });

  it("anchors a chain of heads with the hash that off-chain readers compute", async () => {
    let prev = ZERO;
    for (const [i, size] of [1, 2, 7, 8, 40].entries()) {
      await anchor(size);
      const head = await anchors.read.headAt([logId, BigInt(i + 1)]);
      const args = [logId, BigInt(i + 1), prev, hex(tree.root(0, size)), BigInt(size), id("manifest")];
      prev = sha256(headPreimage(w.chainId, anchors.address, ...args));
      assert.deepEqual([head.headHash, head.seq, head.size], [prev, BigInt(i + 1), BigInt(size)]);
      const [event] = await anchors.getEvents.HeadAnchored();
      assert.equal(event.args.headHash, prev);
    }
    const proof = tree.inclusion(5, 8).map(hex);
    assert.equal(await anchors.read.verifyInclusion([logId, 4n, hex(tree.leaves[5]), 5n, proof]), true);
    assert.equal(await anchors.read.verifyInclusion([logId, 4n, hex(tree.leaves[4]), 5n, proof]), false);
    assert.equal(await anchors.read.verifyConsistency([logId, 3n, 5n, tree.consistency(7, 40).map(hex)]), true);
    assert.equal(await anchors.read.verifyConsistency([logId, 3n, 4n, tree.consistency(7, 40).map(hex)]), false);
  });

  it("refuses a lost race, a fork, a smaller tree, an empty one, and strangers", async () => {
    await refused(anchor(3, { proof: [ZERO] }), anchors, "Inconsistent", [logId, 0n, 3n]);
    await anchor(6);
    const { headHash } = await anchors.read.headOf([logId]);
    await refused(anchor(9, { prev: ZERO }), anchors, "StaleHead", [logId, 1n, headHash]);
    await refused(anchor(9, { root: id("fork") }), anchors, "Inconsistent", [logId, 6n, 9n]);
    await refused(anchor(9, { proof: [] }), anchors, "Inconsistent", [logId, 6n, 9n]);
    await refused(anchor(5, { proof: [] }), anchors, "TreeShrank", [6n, 5n]);
    await refused(anchor(6, { proof: [] }), anchors, "NothingNew", [6n]);
    await refused(anchor(7, { root: ZERO }), anchors, "EmptyRoot");
    const [, stranger] = w.wallets;
    await refused(anchor(9, { account: stranger.account }), anchors, "NotOperator");
    await w.asCoordinator(anchors, "setOperator", [logId, stranger.account.address]);
    await refused(anchor(9), anchors, "NotOperator");
    await anchor(9, { account: stranger.account });
  });

  it("records cosignatures of anchored heads only, unchecked, and announces a successor", async () => {
    const record = (seq, signature) => anchors.write.recordCosignature([logId, seq, id("witness"), signature]);
    await refused(record(1n, "0x01"), anchors, "UnknownHead", [logId, 1n]);
    await anchor(1);
    await refused(record(1n, "0x"), anchors, "BadCosignatureLength", [0n]);
    await record(1n, `0x${"07".repeat(72)}`);
    const [event] = await anchors.getEvents.CosignatureRecorded();
    assert.equal(event.args.headHash, (await anchors.read.headOf([logId])).headHash);
    await refused(w.asCoordinator(anchors, "announceSuccessor", [nobody]), anchors, "BadAddress");
    await w.asCoordinator(anchors, "announceSuccessor", [w.passports.address]);
    assert.equal((await anchors.read.successor()).toLowerCase(), w.passports.address.toLowerCase());
  });
});
