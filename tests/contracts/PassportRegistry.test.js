import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { readFileSync } from "node:fs";
import { p256Key } from "./support/p256.js";
import { CAPTURE, ZERO, deployRegistries, id } from "./support/registries.js";

const [ACTIVE, SUSPENDED, WITHDRAWN, SUPERSEDED, END] = [1, 2, 3, 4, 5];
const brand = id("brand");
const key = p256Key(51);
const clerk = p256Key(52);
const passport = id("passport");
const vectors = JSON.parse(readFileSync(new URL("../vectors/chain/passport_batch.json", import.meta.url), "utf8"));

describe("PassportRegistry", () => {
  let w;
  let passports;
  const act = (name, args, signer = key) => w.send(passports, name, [brand, ...args], brand, [signer]);
  const refused = (call, contract, error, args) =>
    args ? w.viem.assertions.revertWithCustomErrorWithArgs(call, contract, error, args)
         : w.viem.assertions.revertWithCustomError(call, contract, error);

  beforeEach(async () => {
    w = await deployRegistries();
    passports = w.passports;
    await w.admit(brand, key, { more: [w.keyInput(clerk, brand, { capabilities: CAPTURE })] });
  });

  it("issues and revises, for the issuer's passport keys only", async () => {
    await refused(act("issue", [passport, id("1")], clerk), w.participants, "MissingCapability");
    await act("issue", [passport, id("1")]);
    await refused(act("issue", [passport, id("2")]), passports, "PassportExists", [brand, passport]);
    await refused(act("revise", [passport, id("1")]), passports, "SameDigest", [id("1")]);
    const { lastBlock } = await passports.read.passportOf([brand, passport]);
    await act("revise", [passport, id("2")]);
    const [event] = await passports.getEvents.PassportIssued();
    assert.deepEqual([event.args.version, event.args.digest, event.args.prevBlock], [2, id("2"), lastBlock]);
    assert.equal(await passports.read.statusOf([brand, passport]), ACTIVE);
    assert.equal(await passports.read.statusOf([id("rival"), passport]), 0, "keyed by issuer");
  });

  it("needs an active participant in an issuing role", async () => {
    await w.asCoordinator(w.participants, "change", [brand, 1, true]);
    await refused(act("issue", [passport, id("1")]), passports, "NotIssuer", [brand]);
    await w.asCoordinator(w.participants, "change", [brand, 2, false]);
    await refused(act("issue", [passport, id("1")]), passports, "NotIssuer", [brand]);
    await w.asCoordinator(w.participants, "change", [brand, 8, true]);
    await act("issue", [passport, id("1")]);
  });

  it("follows the table of moves", async () => {
    await act("issue", [passport, id("1")]);
    const set = (status) => act("setStatus", [passport, status, id("evidence")]);
    await refused(set(ACTIVE), passports, "BadStatusChange", [ACTIVE, ACTIVE]);
    await refused(set(SUPERSEDED), passports, "BadStatusChange", [ACTIVE, SUPERSEDED]);
    await set(SUSPENDED);
    await set(ACTIVE);
    await set(WITHDRAWN);
    for (const status of [0, ACTIVE, SUSPENDED, WITHDRAWN]) {
      await refused(set(status), passports, "BadStatusChange", [WITHDRAWN, status]);
    }
    await refused(act("revise", [passport, id("2")]), passports, "BadStatusChange");
    await set(END);
    await refused(set(ACTIVE), passports, "BadStatusChange", [END, ACTIVE]);
  });

  it("supersedes by another active passport of the same issuer", async () => {
    await act("issue", [passport, id("1")]);
    await act("issue", [id("next"), id("2")]);
    await refused(act("supersede", [passport, passport]), passports, "BadSuccessor");
    await refused(act("supersede", [passport, id("none")]), passports, "BadSuccessor");
    await act("supersede", [passport, id("next")]);
    assert.equal((await passports.read.passportOf([brand, passport])).successor, id("next"));
    await refused(act("supersede", [id("next"), passport]), passports, "BadSuccessor");
  });

  it("issues a batch by its root and changes one item with its proof", async () => {
    const { root, count, manifest, items } = vectors;
    await act("issueBatch", [root, BigInt(count), manifest]);
    await refused(act("issueBatch", [root, 1n, manifest]), passports, "BatchExists", [brand, root]);
    const toItem = ({ passportId, digest, index, proof }) => ({ batchRoot: root, passportId, digest, index: BigInt(index), proof });
    for (const item of items) assert.equal((await passports.read.itemStatusOf([brand, toItem(item)]))[0], ACTIVE);
    const item = toItem(items[3]);
    const wrong = { ...item, digest: id("forged") };
    assert.equal((await passports.read.itemStatusOf([brand, wrong]))[0], 0);
    await refused(act("setItemStatus", [wrong, WITHDRAWN, ZERO]), passports, "NotInBatch");
    await refused(act("setItemStatus", [{ ...item, batchRoot: id("x") }, WITHDRAWN, ZERO]), passports, "UnknownBatch");
    await act("setItemStatus", [item, WITHDRAWN, id("recall")]);
    assert.equal((await passports.read.itemStatusOf([brand, item]))[0], WITHDRAWN);
    assert.equal((await passports.read.itemStatusOf([brand, toItem(items[2])]))[0], ACTIVE);
    await refused(act("setItemStatus", [item, ACTIVE, ZERO]), passports, "BadStatusChange", [WITHDRAWN, ACTIVE]);
  });
});
