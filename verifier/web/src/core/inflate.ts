// Deflate (RFC 1951), bounded: what is unpacked never grows beyond a limit that the caller gives.
//
// Platforms unpack asynchronously and take several files in a row; a verdict needs one reading of one text.

const MAX_CODE_BITS = 15;
const END_OF_BLOCK = 256;
/** Code lengths are sent in this order (§3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** [extra bits, base] of the length symbols from 257 on and of the distance symbols (§3.2.5). */
const LENGTHS = [...ladder(8, 4, 3).slice(0, 28), [0, 258]];
const DISTANCES = ladder(4, 2, 1).slice(0, 30);

/** The data are no deflate stream. */
export class NotDeflated extends Error {}

/** What was unpacked and how many bytes of the input it took; undefined if it is longer than `limit` bytes.
 *  Throws NotDeflated. */
export function inflate(data: Uint8Array, limit: number): { bytes: Uint8Array; used: number } | undefined {
  const input = new Bits(data);
  const output = new Output(limit);
  for (let last = false; !last; ) {
    last = input.take(1) === 1;
    const fits = readBlock(input, output);
    if (!fits) return undefined;
  }
  return { bytes: output.bytes(), used: input.position };
}

function readBlock(input: Bits, output: Output): boolean {
  switch (input.take(2)) {
    case 0:
      return readStored(input, output);
    case 1:
      return readCompressed(input, output, FIXED_LITERALS, FIXED_DISTANCES);
    case 2:
      return readCompressed(input, output, ...readCodes(input));
    default:
      throw new NotDeflated('block type');
  }
}

function readStored(input: Bits, output: Output): boolean {
  input.align();
  const length = input.take(16);
  if ((input.take(16) ^ length) !== 0xffff) throw new NotDeflated('stored length');
  for (let count = 0; count < length; count++) if (!output.put(input.take(8))) return false;
  return true;
}

function readCompressed(input: Bits, output: Output, literals: Code, distances: Code): boolean {
  for (;;) {
    const symbol = literals.read(input);
    if (symbol === END_OF_BLOCK) return true;
    if (symbol < END_OF_BLOCK) {
      if (!output.put(symbol)) return false;
      continue;
    }
    const length = extended(LENGTHS, symbol - END_OF_BLOCK - 1, input);
    const distance = extended(DISTANCES, distances.read(input), input);
    if (!output.repeat(length, distance)) return false;
  }
}

/** The two codes of a block that brings its own (§3.2.7). */
function readCodes(input: Bits): [Code, Code] {
  const literals = input.take(5) + 257;
  const distances = input.take(5) + 1;
  const meta = new Uint8Array(ORDER.length);
  const sent = input.take(4) + 4;
  if (literals > 286 || distances > 30) throw new NotDeflated('too many symbols');
  for (const symbol of ORDER.slice(0, sent)) meta[symbol] = input.take(3);
  const lengths = readLengths(input, new Code(meta, false), literals + distances);
  if (!lengths[END_OF_BLOCK]) throw new NotDeflated('no end of block');
  return [new Code(lengths.subarray(0, literals)), new Code(lengths.subarray(literals))];
}

function readLengths(input: Bits, code: Code, wanted: number): Uint8Array {
  const lengths = new Uint8Array(wanted);
  for (let filled = 0; filled < wanted; ) {
    const symbol = code.read(input);
    if (symbol < 16) {
      lengths[filled++] = symbol;
      continue;
    }
    if (symbol === 16 && !filled) throw new NotDeflated('nothing to repeat');
    const value = symbol === 16 ? lengths[filled - 1] : 0;
    const count = symbol === 16 ? 3 + input.take(2) : symbol === 17 ? 3 + input.take(3) : 11 + input.take(7);
    if (filled + count > wanted) throw new NotDeflated('too many lengths');
    lengths.fill(value, filled, (filled += count));
  }
  return lengths;
}

function extended(table: readonly (readonly number[])[], symbol: number, input: Bits): number {
  const entry = table[symbol];
  if (!entry) throw new NotDeflated('symbol');
  return entry[1] + input.take(entry[0]);
}

/** Rungs of [extra bits, base]: `first` without extra bits, then `step` of one, `step` of two, and so on up to 13. */
function ladder(first: number, step: number, base: number): number[][] {
  const rungs: number[][] = [];
  for (let extra = 0, start = base; extra <= 13; extra++) {
    for (let count = extra ? step : first; count > 0; count--, start += 2 ** extra) rungs.push([extra, start]);
  }
  return rungs;
}

/** A canonical prefix code (§3.2.2). An incomplete one is refused but for a single code of one bit, where `single` allows it. */
class Code {
  readonly #counts = new Uint16Array(MAX_CODE_BITS + 1);
  readonly #symbols: readonly number[];

  constructor(lengths: Uint8Array, single = true) {
    for (const length of lengths) if (length) this.#counts[length]++;
    let open = 1;
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      open = open * 2 - this.#counts[bits];
      if (open < 0) throw new NotDeflated('too many codes');
    }
    if (open > 0 && (!single || lengths.some((length) => length > 1))) throw new NotDeflated('codes left over');
    const coded = [...lengths.keys()].filter((symbol) => lengths[symbol]);
    this.#symbols = coded.sort((one, other) => lengths[one] - lengths[other] || one - other);
  }

  read(input: Bits): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      code |= input.take(1);
      const count = this.#counts[bits];
      if (code - first < count) return this.#symbols[index + code - first];
      index += count;
      first = (first + count) * 2;
      code *= 2;
    }
    throw new NotDeflated('code');
  }
}

/** Bits of a byte from the least significant one (§3.1.1). */
class Bits {
  readonly #data: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** Bytes begun so far. */
  get position(): number {
    return this.#at;
  }

  take(count: number): number {
    while (this.#count < count) {
      if (this.#at === this.#data.length) throw new NotDeflated('end of data');
      this.#held |= this.#data[this.#at++] << this.#count;
      this.#count += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  /** Drop what is left of the byte that was begun. */
  align(): void {
    this.#held = 0;
    this.#count = 0;
  }
}

class Output {
  readonly #limit: number;
  #bytes = new Uint8Array(1 << 15);
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when the limit is reached. */
  put(byte: number): boolean {
    if (this.#length === this.#limit) return false;
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = byte;
    return true;
  }

  repeat(length: number, distance: number): boolean {
    if (distance > this.#length) throw new NotDeflated('distance');
    for (let count = 0; count < length; count++) if (!this.put(this.#bytes[this.#length - distance])) return false;
    return true;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

const FIXED_LITERALS = new Code(Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)));
const FIXED_DISTANCES = new Code(new Uint8Array(32).fill(5));
