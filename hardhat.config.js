// One compiler for everybody: the npm solc (wasm), found in node_modules, so nothing is downloaded.
// The settings are part of the format: the same ones are in scripts/export_abi.py and the Python deployer reads its
// byte code from protocol/abi. "paris" is the newest version that every permissioned chain we name runs.
import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
import toolboxViem from "@nomicfoundation/hardhat-toolbox-viem";

const require = createRequire(import.meta.url);
const key = process.env.DEPLOYER_KEY;

export default defineConfig({
  plugins: [toolboxViem],
  paths: { sources: "contracts", tests: "tests/contracts", artifacts: "artifacts", cache: "cache" },
  solidity: {
    version: "0.8.37",
    path: require.resolve("solc/soljson.js"),
    settings: {
      evmVersion: "paris",
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: "none" },
    },
  },
  test: { solidity: { fuzz: { runs: 128, seed: "0x66696c69657261" }, invariant: { runs: 24, depth: 32 } } },
  networks: {
    // The oldest rules that our code must run under, and those of a chain with the P-256 precompile at 0x100.
    paris: { type: "edr-simulated", chainType: "l1", hardfork: "merge" },
    osaka: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" },
    local: {
      type: "http",
      chainType: "l1",
      url: process.env.CHAIN_URL ?? "http://127.0.0.1:8545",
      accounts: key ? [key] : "remote",
    },
  },
});
