#!/usr/bin/env node
// Completes package-lock.json so that `npm ci` takes it. Run it after every `npm install` that changed the lock.
//
// Some optional packages, one per platform, cannot be fetched from every registry. npm then leaves them out of the
// lock, and `npm ci` stops with "Missing … from lock file". This adds an entry for each: version, platform, optional.
// An entry has no checksum: on such a platform npm fetches the package by name and version alone.
//
// With --check nothing is written; exit code 1 means that entries are missing or that the lock holds an address.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const file = path.join(__dirname, "..", "package-lock.json");
const SYSTEMS = ["darwin", "linux", "win32", "freebsd", "openbsd", "android", "sunos", "aix"];
const PROCESSORS = { amd64: "x64", x64: "x64", arm64: "arm64", ia32: "ia32", arm: "arm", riscv64: "riscv64" };

// Where node would look for `name` from inside the package at `place`.
function isLocked(packages, place, name) {
  for (let at = place; ; at = at.includes("/node_modules/") ? at.slice(0, at.lastIndexOf("/node_modules/")) : "") {
    if (packages[`${at ? `${at}/` : ""}node_modules/${name}`]) return true;
    if (!at) return false;
  }
}

function stub(name, version) {
  const words = name.split(/[-/]/);
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS[word]);
  if (!system || !processor) throw new Error(`no platform in the name ${name}: complete the lock by hand`);
  const entry = { version, cpu: [PROCESSORS[processor]], dev: true, optional: true, os: [system] };
  if (words.includes("musl")) entry.libc = ["musl"];
  if (words.includes("gnu")) entry.libc = ["glibc"];
  return entry;
}

function missingEntries(packages) {
  const missing = {};
  for (const [place, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!isLocked(packages, place, name)) missing[`node_modules/${name}`] = stub(name, version);
    }
  }
  return missing;
}

const lock = JSON.parse(fs.readFileSync(file, "utf8"));
const missing = missingEntries(lock.packages);
const addresses = Object.entries(lock.packages).filter(([, entry]) => entry.resolved && !entry.link);
const names = Object.keys(missing);
if (process.argv.includes("--check")) {
  for (const name of names) console.error(`missing: ${name}`);
  for (const [name] of addresses) console.error(`holds a registry address: ${name}`);
  process.exit(names.length + addresses.length ? 1 : 0);
}
for (const [, entry] of addresses) delete entry.resolved;
const root = lock.packages[""];
const entries = Object.entries({ ...lock.packages, ...missing }).filter(([place]) => place !== "");
lock.packages = { "": root, ...Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
fs.writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(names.length ? `added ${names.length}: ${names.join(", ")}` : "nothing to add");
