import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';

const BLOCK = 512;

/** A tar archive (POSIX.1-2001 ustar) of files, as a stream of pieces; each file may be up to 8 GB. */
export async function* tarOf(files: readonly string[], modified: Date): AsyncGenerator<Buffer> {
  for (const file of files) {
    const { size } = await stat(file);
    yield header(path.basename(file), size, modified);
    // No more than the header promised: the file may be growing.
    if (size > 0) {
      for await (const piece of createReadStream(file, { end: size - 1 })) yield piece as Buffer;
    }
    const rest = size % BLOCK;
    if (rest > 0) yield Buffer.alloc(BLOCK - rest);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header(name: string, size: number, modified: Date): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(name, 0, 100, 'utf8');
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(Math.floor(modified.getTime() / 1_000), 12), 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
