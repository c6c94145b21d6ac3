#!/usr/bin/env node
// Looks like `solc` (--version, --standard-json) over the npm compiler, for tools that want to run a binary:
// py-solc-x, forge, scripts/export_abi.py. Everybody so compiles with the very same compiler.
// All sources must be inline in the input: there is no import callback, other flags are ignored.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const modules = process.env.SOLC_NODE_MODULES || path.join(__dirname, "..", "node_modules");
const args = process.argv.slice(2);

function version() {
  const soljson = require(path.join(modules, "solc", "soljson.js"));
  const number = soljson.cwrap("solidity_version", "string", [])();
  fs.writeSync(1, `solc, the solidity compiler commandline interface\nVersion: ${number}\n`);
}

function standardJson() {
  const output = Buffer.from(require(path.join(modules, "solc")).compile(fs.readFileSync(0, "utf8")));
  // A pipe may take less than is offered.
  for (let done = 0; done < output.length; ) done += fs.writeSync(1, output, done);
}

if (args.includes("--version")) version();
else if (args.includes("--standard-json")) standardJson();
else {
  process.stderr.write(`unsupported arguments: ${args.join(" ")}\n`);
  process.exit(2);
}
