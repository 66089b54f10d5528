import { type FileHandle, open } from 'node:fs/promises';

/** A mail out of a mailbox file, and where the next one begins. */
export interface StoredMail {
  readonly bytes: Buffer;
  /** Offset in bytes. */
  readonly end: number;
}

const NEWLINE = 0x0a;
/** Reports are small. What is larger is skipped, so that nobody fills this server's memory by mail. */
const MAX_MAIL = 4 * 1024 * 1024;
const SEPARATOR = Buffer.from('From ');

/**
 * Reads the mails of a mailbox file (RFC 4155, `mboxrd` quoting undone) from an offset on. A mail counts as complete when
 * the next one or the empty line that ends it has been written: what a mail server is just writing is left for next time.
 */
export async function* readMailbox(file: string, from = 0): AsyncGenerator<StoredMail> {
  const handle = await open(file, 'r');
  try {
    let lines: Buffer[] = [];
    let size = 0;
    let position = from;
    let previousEmpty = true;
    for await (const block of blocksOf(handle, from)) {
      for (const line of block) {
        if (previousEmpty && line.subarray(0, SEPARATOR.length).equals(SEPARATOR)) {
          if (lines.length > 0) yield { bytes: mailOf(lines), end: position };
          lines = [line];
          size = 0;
        } else if (lines.length > 0 && (size += line.length) <= MAX_MAIL) lines.push(line);
        position += line.length;
        previousEmpty = isEmpty(line);
      }
    }
    if (lines.length > 1 && previousEmpty) yield { bytes: mailOf(lines), end: position };
  } finally {
    await handle.close();
  }
}

/** The lines of a file, as many at a time as were read at once. */
async function* blocksOf(handle: FileHandle, from: number): AsyncGenerator<Buffer[]> {
  let rest: Buffer = Buffer.alloc(0);
  let position = from;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const read = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const lines: Buffer[] = [];
    let begin = 0;
    for (let at = read.indexOf(NEWLINE); at !== -1; at = read.indexOf(NEWLINE, begin)) {
      lines.push(read.subarray(begin, at + 1));
      begin = at + 1;
    }
    rest = read.subarray(begin);
    yield lines;
  }
  if (rest.length > 0) yield [rest];
}

/** Without the separator line, and without the quoting of lines that look like one. */
function mailOf([, ...lines]: readonly Buffer[]): Buffer {
  return Buffer.concat(
    lines.map((line) => (/^>+From /.test(line.subarray(0, 64).toString('latin1')) ? line.subarray(1) : line)),
  );
}

function isEmpty(line: Buffer): boolean {
  return line.length <= 2 && line.toString('latin1').trim() === '';
}
