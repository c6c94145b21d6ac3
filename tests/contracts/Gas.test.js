// What acts cost, against the committed table gas.json. "paris" checks P-256 in Solidity, "osaka" has the precompile.
// To accept new figures: `UPDATE_GAS=1 npx hardhat test nodejs tests/contracts/Gas.test.js`.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { Tree, hex, numberedLeaves } from "./support/merkle.js";
import { ed25519Key, p256Key } from "./support/p256.js";
import { ADMIN, PASSPORT, deployRegistries, id } from "./support/registries.js";

const FILE = new URL("./gas.json", import.meta.url);
const TOLERANCE = 0.02; // signatures and keys change the count a little
const brand = id("brand");
const key = p256Key(61);
const origin = "log.example/gas";

async function measure(name, tree) {
  const w = await deployRegistries(name);
  const table = {};
  const note = async (label, hash) => {
    const { gasUsed } = await w.client.getTransactionReceipt({ hash: await hash });
    table[label] = Number(gasUsed);
  };
  const act = (contract, what, args) => w.send(contract, what, [brand, ...args], brand, [key]);
  for (const [label, contract, args] of [
    ["deploy ParticipantRegistry (3 coordinators)", "ParticipantRegistry", [w.coordinators.map((k) => k.publicKey), 2, 1n]],
    ["deploy AnchorRegistry", "AnchorRegistry", [w.participants.address]],
    ["deploy PassportRegistry", "PassportRegistry", [w.participants.address]],
  ]) {
    const { deploymentTransaction } = await w.viem.sendDeploymentTransaction(contract, args);
    await note(label, deploymentTransaction.hash);
  }
  await note("admit (1 key, 2 of 3)", w.admit(brand, key, { roles: 2, capabilities: ADMIN | PASSPORT }));
  await note("addKey", act(w.participants, "addKey", [w.keyInput(p256Key(62), brand), 0n]));
  await note("closeKey", act(w.participants, "closeKey", [p256Key(62).keyHash, 0n, 0]));
  await note("issue", act(w.passports, "issue", [id("p"), id("1")]));
  await note("revise", act(w.passports, "revise", [id("p"), id("2")]));
  await note("setStatus", act(w.passports, "setStatus", [id("p"), 2, id("e")]));
  await note("issueBatch (500 items)", act(w.passports, "issueBatch", [id("root"), 500n, id("m")]));
  await anchors(w, tree, note);
  return table;
}

async function anchors(w, tree, note) {
  const logId = id(origin);
  const [{ account }] = w.wallets;
  await note("openLog (2 of 3)",
    w.asCoordinator(w.anchors, "openLog", [logId, account.address, brand, ed25519Key(1).publicKey, origin]));
  const sizes = [1000, 16001, 16123, 999_001, 999_983];
  const labels = ["anchor, first", null, "anchor near 16 k leaves", null, "anchor near 10^6 leaves"];
  for (const [i, size] of sizes.entries()) {
    const { headHash } = await w.anchors.read.headOf([logId]);
    const proof = i === 0 ? [] : tree.consistency(sizes[i - 1], size).map(hex);
    const sent = w.anchors.write.anchor([logId, headHash, hex(tree.root(0, size)), BigInt(size), id("m"), "", proof]);
    await (labels[i] ? note(labels[i], sent) : sent);
  }
}

describe("gas", () => {
  const tables = {};

  before(async () => {
    const tree = new Tree(numberedLeaves(1_000_000));
    for (const name of ["paris", "osaka"]) tables[name] = await measure(name, tree);
    if (process.env.UPDATE_GAS) writeFileSync(FILE, `${JSON.stringify(tables, null, 2)}\n`);
  });

  it("is what the committed table says", () => {
    const committed = JSON.parse(readFileSync(FILE, "utf8"));
    for (const [name, table] of Object.entries(tables)) {
      assert.deepEqual(Object.keys(table), Object.keys(committed[name]));
      for (const [label, gas] of Object.entries(table)) {
        const expected = committed[name][label];
        assert.ok(Math.abs(gas - expected) <= TOLERANCE * expected, `${name}, ${label}: ${gas}, table ${expected}`);
      }
    }
  });

  it("keeps the promises: heads ≤ 170 k and 182 k, an item of a batch of 500 ≤ 900", () => {
    for (const table of Object.values(tables)) {
      assert.ok(table["anchor near 16 k leaves"] <= 170_000);
      assert.ok(table["anchor near 10^6 leaves"] <= 182_000);
      assert.ok(table["issueBatch (500 items)"] / 500 <= 900);
    }
  });
});
