/**
 * Row ids, packed: sorted, without duplicates, the gaps between them in Rice code, in base64url. A page of 100
 * neighbouring rows takes 23 characters, 100 rows strewn over a million about 260.
 *
 * ```
 * varint count │ varint first id │ k, one byte │ for each gap g: (g − 1) >> k ones, a zero, and the k low bits of g − 1
 * ```
 *
 * Varints are LEB128, bits come highest first, the last byte is filled up with zeros. One id has no `k` and no bits,
 * no id has nothing.
 */
export function packIds(ids: Iterable<number>): string {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  const [first] = sorted;
  if (first === undefined) return '';
  const head: number[] = [];
  pushVarint(head, sorted.length);
  pushVarint(head, first);
  if (sorted.length === 1) return Buffer.from(head).toString('base64url');
  const gaps = sorted.slice(1).map((id, at) => id - (sorted[at] ?? 0) - 1);
  const k = bestParameter(gaps);
  head.push(k);
  const bits = new BitWriter(Math.ceil(codeLength(gaps, k) / 8));
  for (const gap of gaps) {
    bits.ones(Math.floor(gap / 2 ** k));
    bits.write(gap % 2 ** k, k);
  }
  return Buffer.concat([Buffer.from(head), bits.bytes]).toString('base64url');
}

/** @returns the ids in ascending order; `null` for what {@link packIds} did not make */
export function unpackIds(packed: string): number[] | null {
  const bytes = Buffer.from(packed, 'base64url');
  if (bytes.toString('base64url') !== packed) return null;
  if (bytes.length === 0) return [];
  const position = { at: 0 };
  const count = readVarint(bytes, position);
  const first = readVarint(bytes, position);
  if (count === null || first === null || first > MAX_ID) return null;
  if (count === 1) return position.at === bytes.length ? [first] : null;
  const k = bytes[position.at];
  // Every gap has at least one bit.
  if (k === undefined || k > 32 || count > 8 * bytes.length) return null;
  const bits = new BitReader(bytes, 8 * (position.at + 1));
  const ids = [first];
  for (let id = first; ids.length < count;) {
    const high = bits.ones();
    const low = bits.read(k);
    if (high === null || low === null) return null;
    id += high * 2 ** k + low + 1;
    if (id > MAX_ID) return null;
    ids.push(id);
  }
  return bits.isFilledUp() ? ids : null;
}

/** Strapi's ids are 32-bit integers. */
const MAX_ID = 2 ** 32 - 1;

function codeLength(gaps: readonly number[], k: number): number {
  return gaps.reduce((bits, gap) => bits + Math.floor(gap / 2 ** k) + 1 + k, 0);
}

function bestParameter(gaps: readonly number[]): number {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const near = Math.max(0, Math.floor(Math.log2(mean + 1)) - 1);
  return [near, near + 1, near + 2].reduce((best, k) =>
    codeLength(gaps, k) < codeLength(gaps, best) ? k : best,
  );
}

class BitWriter {
  readonly bytes: Buffer;
  private at = 0;

  constructor(length: number) {
    this.bytes = Buffer.alloc(length);
  }

  /** `count` ones and a zero. */
  ones(count: number): void {
    for (let done = 0; done < count; done += 1) this.push(1);
    this.push(0);
  }

  write(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit -= 1) this.push(Math.floor(value / 2 ** bit) % 2);
  }

  private push(bit: number): void {
    if (bit === 1) this.bytes[this.at >> 3] = (this.bytes[this.at >> 3] ?? 0) | (0x80 >> (this.at & 7));
    this.at += 1;
  }
}

class BitReader {
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
  ) {}

  ones(): number | null {
    for (let count = 0; ; count += 1) {
      const bit = this.next();
      if (bit === null) return null;
      if (bit === 0) return count;
    }
  }

  read(width: number): number | null {
    let value = 0;
    for (let done = 0; done < width; done += 1) {
      const bit = this.next();
      if (bit === null) return null;
      value = 2 * value + bit;
    }
    return value;
  }

  /** Whether only the zeros that fill up the last byte are left. */
  isFilledUp(): boolean {
    if (this.bytes.length !== Math.ceil(this.at / 8)) return false;
    return this.read(8 * this.bytes.length - this.at) === 0;
  }

  private next(): number | null {
    const byte = this.bytes[this.at >> 3];
    if (byte === undefined) return null;
    const bit = (byte >> (7 - (this.at & 7))) & 1;
    this.at += 1;
    return bit;
  }
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}

function readVarint(bytes: Uint8Array, position: { at: number }): number | null {
  let value = 0;
  for (let weight = 1; weight < 2 ** 36; weight *= 0x80) {
    const byte = bytes[position.at];
    if (byte === undefined) return null;
    position.at += 1;
    value += (byte & 0x7f) * weight;
    if (byte < 0x80) return value;
  }
  return null;
}
