// Deploys the three registries and relays signed acts to them. The sender is any account: it has no rights.
import { network } from "hardhat";
import { encodeAbiParameters, getAbiItem, toHex } from "viem";
import { actPreimage, keyPreimage, p256Key, sha256, signLow } from "./p256.js";

export const SIGNING = 1;
export const CAPTURE = 1;
export const PASSPORT = 2;
export const ADMIN = 4;
export const RECOVERY = 8;
export const ZERO = `0x${"00".repeat(32)}`;
export const DELAY = 48n * 3600n;
export const id = (name) => sha256(toHex(name));

export async function deployRegistries(name = "osaka", { coordinators = [p256Key(11), p256Key(12), p256Key(13)], threshold = 2 } = {}) {
  const { viem, networkHelpers } = await network.create(name);
  const client = await viem.getPublicClient();
  const wallets = await viem.getWalletClients();
  const keys = coordinators.map((key) => key.publicKey);
  const participants = await viem.deployContract("ParticipantRegistry", [keys, threshold, DELAY]);
  const anchors = await viem.deployContract("AnchorRegistry", [participants.address]);
  const passports = await viem.deployContract("PassportRegistry", [participants.address]);
  const chainId = await client.getChainId();
  const test = await viem.getTestClient();
  const world = { viem, networkHelpers, client, wallets, test, participants, anchors, passports, chainId, coordinators };
  return { ...world, ...actor(world) };
}

function actor({ client, participants, chainId, coordinators }) {
  const deadlineFrom = async (seconds) => (await client.getBlock()).timestamp + BigInt(seconds);

  // The authorization of an act: `signers` are keys, `who` is whose nonce it uses.
  async function authorize(contract, act, args, who, signers, { seconds = 3600, nonce, deadline, high = false, chain } = {}) {
    const inputs = getAbiItem({ abi: contract.abi, name: act }).inputs.slice(0, -1);
    const encoded = inputs.length ? encodeAbiParameters(inputs, args) : "0x";
    nonce ??= await contract.read.nonceOf([who]);
    deadline ??= await deadlineFrom(seconds);
    const preimage = actPreimage(chain ?? chainId, contract.address, act, encoded, nonce, deadline);
    return { nonce, deadline, signatures: signers.map((key) => signLow(key, preimage, { high })) };
  }

  async function send(contract, act, args, who, signers, options = {}) {
    const auth = await authorize(contract, act, args, who, signers, options);
    const overrides = options.account ? { account: options.account } : {};
    return contract.write[act]([...args, auth], overrides);
  }

  const asCoordinator = (contract, act, args, options = {}) =>
    send(contract, act, args, ZERO, options.signers ?? coordinators.slice(0, 2), options);

  function keyInput(key, who, { alg = 1, use = SIGNING, capabilities = CAPTURE } = {}) {
    const proof = alg === 1 && use === SIGNING;
    const preimage = keyPreimage(chainId, participants.address, who, key.keyHash);
    const { r, s } = proof ? signLow(key, preimage) : { r: ZERO, s: ZERO };
    return { alg, use, capabilities, publicKey: key.publicKey, r, s };
  }

  const admit = (who, key, { roles = 2, capabilities = CAPTURE | PASSPORT | ADMIN, more = [] } = {}) =>
    asCoordinator(participants, "admit", [who, roles, id("profile"), [keyInput(key, who, { capabilities }), ...more]]);

  return { authorize, send, asCoordinator, keyInput, admit, deadlineFrom };
}
