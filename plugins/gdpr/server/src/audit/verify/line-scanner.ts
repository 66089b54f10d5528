import type { FileHandle } from 'node:fs/promises';

const CHUNK = 1 << 20;
const NEWLINE = 0x0a;

/** @param bytes the line is from `start` up to, not including, `end`; the byte before `start` is free to be written over */
export type OnLine = (bytes: Buffer, start: number, end: number) => void;

/**
 * Reads a file line by line without making a string of any: millions of lines, at the speed of the disk. A last line
 * without a newline counts as one.
 *
 * @param onProgress called after each megabyte with the bytes read so far
 */
export async function scanLines(
  file: FileHandle,
  onLine: OnLine,
  onProgress: (bytes: number) => void = () => undefined,
): Promise<void> {
  // One byte in front, for the first line; what is left of the last line moves to right behind it.
  let buffer = Buffer.allocUnsafe(1 + 2 * CHUNK);
  let filled = 1;
  let read = 0;
  for (;;) {
    if (buffer.length - filled < CHUNK) {
      const larger = Buffer.allocUnsafe(2 * buffer.length);
      buffer.copy(larger, 0, 0, filled);
      buffer = larger;
    }
    const { bytesRead } = await file.read(buffer, filled, CHUNK, null);
    if (bytesRead === 0) break;
    read += bytesRead;
    const end = filled + bytesRead;
    let start = 1;
    for (
      let at = buffer.indexOf(NEWLINE, filled);
      at >= 0 && at < end;
      at = buffer.indexOf(NEWLINE, at + 1)
    ) {
      onLine(buffer, start, at);
      start = at + 1;
    }
    buffer.copy(buffer, 1, start, end);
    filled = 1 + end - start;
    onProgress(read);
  }
  if (filled > 1) onLine(buffer, 1, filled);
}
