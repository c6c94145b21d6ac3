// How anybody's test suite asks the TypeScript core: the questions of `python -m verifier.conformance`. One JSON object a
// line on stdin, or POSTed one by one to `--serve HOST:PORT` (loopback).
//
//   node verifier/web/conformance.mjs [--serve HOST:PORT]

import { createServer } from 'node:http';
import { isIPv4 } from 'node:net';

import { answerBytes, MAX_QUESTION } from './conformance/answer.mjs';

async function answerLines(input, output) {
  let rest = Buffer.alloc(0);
  for await (const chunk of input) {
    const lines = splitLines(Buffer.concat([rest, chunk]));
    rest = lines.pop();
    for (const line of lines) answerLine(line, output);
  }
  answerLine(rest, output);
}

function answerLine(line, output) {
  if (line.toString('latin1').trim()) output.write(`${answerBytes(line)}\n`);
}

/** Whole lines, and what has no end yet. */
function splitLines(data) {
  const lines = [];
  let start = 0;
  for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
    lines.push(data.subarray(start, end));
    start = end + 1;
  }
  return [...lines, data.subarray(start)];
}

/** One question a POST, whatever the path. It answers without asking who asks, hence loopback only. */
function serve(place) {
  const [, host, port] = /^(.+):([0-9]{1,5})$/.exec(place) ?? [];
  const address = host === 'localhost' ? '127.0.0.1' : host;
  if (!isIPv4(address ?? '') || !address.startsWith('127.') || Number(port) > 65_535) {
    process.stderr.write('--serve takes HOST:PORT of a loopback address\n');
    process.exit(2);
  }
  const server = createServer(answerPost);
  server.listen(Number(port), address, () => process.stderr.write(`http://${address}:${server.address().port}/\n`));
}

async function answerPost(request, response) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_QUESTION) {
      response.writeHead(413).end();
      return;
    }
  }
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(answerBytes(Buffer.concat(chunks)));
}

const [option, place] = process.argv.slice(2);
if (option === '--serve') serve(place ?? '');
else await answerLines(process.stdin, process.stdout);
