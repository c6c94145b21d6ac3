import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { p256Key, ed25519Key, signLow } from "./support/p256.js";
import { ADMIN, CAPTURE, DELAY, PASSPORT, RECOVERY, ZERO, deployRegistries, id } from "./support/registries.js";

const OPEN = 2n ** 64n - 1n;
const maker = id("maker");
const admin = p256Key(21);
const fresh = p256Key(22);

describe("ParticipantRegistry", () => {
  let w;
  let registry;
  const refused = (call, contract, error, args) =>
    args ? w.viem.assertions.revertWithCustomErrorWithArgs(call, contract, error, args)
         : w.viem.assertions.revertWithCustomError(call, contract, error);
  const nextBlock = async () => (await w.client.getBlockNumber({ cacheTime: 0 })) + 1n;

  beforeEach(async () => {
    w = await deployRegistries();
    registry = w.participants;
  });

  it("admits with k of n, whoever sends, and emits what rebuilds the state", async () => {
    const block = await nextBlock();
    const agreement = w.keyInput(p256Key(23), maker, { use: 2, capabilities: 0 });
    const more = [agreement, w.keyInput(ed25519Key(5), maker, { alg: 2, capabilities: CAPTURE })];
    const args = [maker, 1, id("profile"), [w.keyInput(admin, maker, { capabilities: ADMIN | CAPTURE }), ...more]];
    await w.asCoordinator(registry, "admit", args, { account: w.wallets[3].account });
    const p = await registry.read.participant([maker]);
    assert.deepEqual(p, { admittedBlock: block, lastBlock: block, roles: 1, active: true, profileDigest: id("profile") });
    const key = await registry.read.keyOf([maker, admin.keyHash]);
    assert.deepEqual([key.alg, key.capabilities, key.origin, key.fromBlock, key.toBlock], [1, 5, 0, block, OPEN]);
    const events = await registry.getEvents.KeyAdded({ id: maker });
    assert.deepEqual(events.map((event) => event.args.publicKey), args[3].map((input) => input.publicKey));
    assert.equal(await registry.read.nonceOf([ZERO]), 1n);
  });

  it("refuses too few, doubled, foreign and high-s coordinator signatures", async () => {
    const [a, b] = w.coordinators;
    const admit = (options) => w.asCoordinator(registry, "change", [maker, 1, true], options);
    await w.admit(maker, admin);
    await refused(admit({ signers: [a] }), registry, "WrongSignatureCount", [2n, 1n]);
    await refused(admit({ signers: [a, a] }), registry, "DuplicateSigner", [a.keyHash]);
    await refused(admit({ signers: [a, admin] }), registry, "NotCoordinator", [admin.keyHash]);
    await refused(admit({ signers: [a, b], high: true }), registry, "BadCoordinatorSignature", [a.keyHash]);
  });

  it("refuses replay, an expired act, another chain, another contract and changed arguments", async () => {
    await w.admit(maker, admin);
    const auth = await w.authorize(registry, "change", [maker, 1, true], ZERO, w.coordinators.slice(0, 2));
    await refused(registry.write.change([maker, 3, true, auth]), registry, "BadCoordinatorSignature");
    await registry.write.change([maker, 1, true, auth]);
    await refused(registry.write.change([maker, 1, true, auth]), registry, "BadNonce", [ZERO, 2n, 1n]);
    await refused(w.asCoordinator(registry, "change", [maker, 1, true], { deadline: 1n }), registry, "ActExpired");
    await refused(w.asCoordinator(registry, "change", [maker, 1, true], { chain: 1 }), registry, "BadCoordinatorSignature");
    const elsewhere = { ...w.anchors, abi: registry.abi, read: registry.read };
    const foreign = await w.authorize(elsewhere, "change", [maker, 1, true], ZERO, w.coordinators.slice(0, 2));
    await refused(registry.write.change([maker, 1, true, foreign]), registry, "BadCoordinatorSignature");
  });

  it("keeps roles and activity as a history", async () => {
    const admitted = await nextBlock();
    await w.admit(maker, admin, { roles: 1 });
    await w.networkHelpers.mine(5);
    const changed = await nextBlock();
    await w.asCoordinator(registry, "change", [maker, 2, false]);
    assert.deepEqual(await registry.read.statusAt([maker, admitted - 1n]), [0, false]);
    assert.deepEqual(await registry.read.statusAt([maker, admitted]), [1, true]);
    assert.deepEqual(await registry.read.statusAt([maker, changed - 1n]), [1, true]);
    assert.deepEqual(await registry.read.statusAt([maker, changed]), [2, false]);
    assert.equal(await registry.read.hasRole([maker, 2]), false);
    const [event] = await registry.getEvents.ParticipantChanged({ id: maker });
    assert.equal(event.args.prevBlock, admitted);
  });

  it("lets an admin key add a key, and nobody else", async () => {
    await w.admit(maker, admin, { capabilities: ADMIN });
    const add = (input, from, signer) => w.send(registry, "addKey", [maker, input, from], maker, [signer]);
    const input = w.keyInput(fresh, maker);
    await refused(add(input, 1n, admin), registry, "FromBlockInPast");
    await refused(add({ ...input, s: input.r }, 0n, admin), registry, "BadPossessionProof", [fresh.keyHash]);
    await refused(add(w.keyInput(fresh, id("rival")), 0n, admin), registry, "BadPossessionProof");
    const block = await nextBlock();
    await add(input, 0n, admin);
    assert.equal(await registry.read.keyValidAt([maker, fresh.keyHash, block]), true);
    assert.equal(await registry.read.keyValidAt([maker, fresh.keyHash, block - 1n]), false);
    await refused(add(input, 0n, admin), registry, "KeyExists", [maker, fresh.keyHash]);
    await refused(add(w.keyInput(p256Key(24), maker), 0n, fresh), registry, "MissingCapability", [fresh.keyHash, ADMIN, CAPTURE]);
  });

  it("closes with notice only; a compromise ends the window now and disputes what lies behind", async () => {
    await w.admit(maker, admin, { more: [w.keyInput(fresh, maker, { capabilities: PASSPORT })] });
    const { fromBlock } = await registry.read.keyOf([maker, fresh.keyHash]);
    const close = (to, reason) => w.send(registry, "closeKey", [maker, fresh.keyHash, to, reason], maker, [admin]);
    await refused(close((await nextBlock()) + 19n, 0), registry, "NoticeTooShort");
    await refused(close(0n, 4), registry, "UnknownReason", [4]);
    const rotated = await nextBlock();
    await close(0n, 0);
    assert.equal((await registry.read.keyOf([maker, fresh.keyHash])).toBlock, rotated + 20n);
    await refused(close(rotated + 90n, 2), registry, "KeyAlreadyClosed");
    await w.networkHelpers.mine(3);
    const stolen = await nextBlock();
    await close(1n, 1);
    const key = await registry.read.keyOf([maker, fresh.keyHash]);
    assert.deepEqual([key.toBlock, key.disputedFrom, key.reason], [stolen, fromBlock, 1]);
    assert.equal(await registry.read.keyValidAt([maker, fresh.keyHash, stolen - 1n]), true, "disputed is not void");
    assert.equal(await registry.read.keyValidAt([maker, fresh.keyHash, stolen]), false);
    await refused(close(1n, 1), registry, "KeyAlreadyClosed");
  });

  it("recovers with the recovery key after the delay, unless it is cancelled; an admin key cannot close it", async () => {
    const recovery = p256Key(25);
    await w.admit(maker, admin, { more: [w.keyInput(recovery, maker, { capabilities: RECOVERY })] });
    const lockOut = w.send(registry, "closeKey", [maker, recovery.keyHash, 0n, 1], maker, [admin]);
    await refused(lockOut, registry, "MissingCapability", [admin.keyHash, RECOVERY, 7]);
    const input = w.keyInput(fresh, maker, { capabilities: ADMIN });
    const recover = () => w.send(registry, "recoverKey", [maker, input], maker, [recovery]);
    await recover();
    assert.equal((await registry.read.keyOf([maker, fresh.keyHash])).alg, 0);
    await refused(registry.write.activateKey([maker, fresh.keyHash]), registry, "KeyTooEarly");
    await w.send(registry, "cancelKey", [maker, fresh.keyHash], maker, [admin]);
    await refused(registry.write.activateKey([maker, fresh.keyHash]), registry, "KeyNotPending", [maker, fresh.keyHash]);
    await recover();
    await w.networkHelpers.time.increase(DELAY);
    const block = await nextBlock();
    await registry.write.activateKey([maker, fresh.keyHash], { account: w.wallets[4].account });
    const key = await registry.read.keyOf([maker, fresh.keyHash]);
    assert.deepEqual([key.origin, key.fromBlock], [3, block]);
    await w.send(registry, "closeKey", [maker, admin.keyHash, 0n, 2], maker, [fresh]);
  });

  it("one coordinator of several cannot propose a key or a new set, even with threshold 1", async () => {
    w = await deployRegistries("osaka", { threshold: 1 });
    registry = w.participants;
    await w.admit(maker, admin);
    const args = [maker, w.keyInput(fresh, maker, { capabilities: ADMIN })];
    const [a, b] = w.coordinators;
    await refused(w.asCoordinator(registry, "proposeKey", args, { signers: [a] }), registry, "WrongSignatureCount", [2n, 1n]);
    const takeover = w.asCoordinator(registry, "proposeCoordinators", [[a.publicKey], 1], { signers: [a] });
    await refused(takeover, registry, "WrongSignatureCount", [2n, 1n]);
    await w.asCoordinator(registry, "proposeKey", args, { signers: [a, b] });
    await w.asCoordinator(registry, "cancelKeyByCoordinator", [maker, fresh.keyHash], { signers: [a] });
  });

  it("replaces the coordinators after the delay and keeps the former set readable", async () => {
    const next = [p256Key(31), p256Key(32)];
    const keys = next.map((key) => key.publicKey);
    const propose = (list, k) => w.asCoordinator(registry, "proposeCoordinators", [list, k]);
    await refused(propose(keys, 3), registry, "BadThreshold", [2n, 3]);
    await refused(propose([keys[0], keys[0]], 1), registry, "DuplicateCoordinator", [next[0].keyHash]);
    await propose(keys, 2);
    await refused(propose(keys, 2), registry, "CoordinatorsPending");
    await refused(registry.write.activateCoordinators(), registry, "CoordinatorsTooEarly");
    await w.asCoordinator(registry, "cancelCoordinators", []);
    await refused(registry.write.activateCoordinators(), registry, "NoCoordinatorsPending");
    await propose(keys, 2);
    await w.networkHelpers.time.increase(DELAY);
    await registry.write.activateCoordinators();
    assert.equal(await registry.read.isCoordinator([w.coordinators[0].keyHash]), false);
    await refused(w.admit(maker, admin), registry, "NotCoordinator");
    const [from, threshold, hashes] = await registry.read.coordinatorSet([1]);
    assert.deepEqual([from > 0n, threshold, hashes], [true, 2, w.coordinators.map((key) => key.keyHash)]);
    await w.asCoordinator(registry, "admit", [maker, 1, ZERO, [w.keyInput(admin, maker, { capabilities: ADMIN })]], { signers: next });
  });

  it("refuses bad kinds of keys, roles and admissions", async () => {
    const admit = (who, roles, keys) => w.asCoordinator(registry, "admit", [who, roles, ZERO, keys]);
    const good = w.keyInput(admin, maker, { capabilities: ADMIN });
    await refused(admit(ZERO, 1, [good]), registry, "ZeroParticipant");
    await refused(admit(maker, 2048, [good]), registry, "UnknownRoles", [2048]);
    await refused(admit(maker, 1, [w.keyInput(admin, maker)]), registry, "NoAdminKey", [maker]);
    for (const [alg, use, capabilities] of [[3, 1, 1], [1, 1, 0], [1, 1, 16], [1, 2, 1], [1, 3, 0], [2, 2, 0], [2, 1, 4], [2, 1, 8]]) {
      const bad = { ...w.keyInput(fresh, maker), alg, use, capabilities };
      await refused(admit(maker, 1, [good, bad]), registry, "BadKeyKind", [alg, use, capabilities]);
    }
    await admit(maker, 1, [good]);
    await refused(admit(maker, 1, [good]), registry, "ParticipantExists", [maker]);
  });

  it("ensureKey tells a good signature from a bad one", async () => {
    await w.admit(maker, admin, { capabilities: ADMIN });
    const { r, s } = signLow(admin, "0x1234");
    const digest = "0x3a103a4e5729ad68c02a678ae39accfbc0ae208096437401b7ceab63cca0622f";
    await registry.read.ensureKey([maker, admin.keyHash, ADMIN, digest, r, s]);
    await assert.rejects(registry.read.ensureKey([maker, admin.keyHash, ADMIN, id("x"), r, s]), /BadActSignature/);
    await assert.rejects(registry.read.ensureKey([maker, fresh.keyHash, ADMIN, digest, r, s]), /UnknownKey/);
  });
});
