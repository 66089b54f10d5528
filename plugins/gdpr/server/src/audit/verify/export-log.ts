import { createWriteStream } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { once } from 'node:events';

import { GdprError } from '../../platform/errors';
import { type AuditEntry, parseEntry, prunedLine } from '../entry/entry';
import type { AttributeSchemas } from '../store/attribute-schemas';
import type { Checkpoints, StoredCheckpoint } from '../store/checkpoints';
import type { SigningKeys } from '../store/signing-keys';
import type { TreeStore } from '../store/tree-store';

import { ocsfEvent } from './ocsf';
import { FILES } from './verify-export';

export const FORMATS = ['jsonl', 'ocsf'] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** The events of an OCSF export; they stand beside the entries, which alone can be verified. */
export const OCSF_FILE = 'ocsf.jsonl';

/** Entries read at a time. */
const PAGE = 4_096;

export interface ExportSources {
  readonly store: TreeStore;
  readonly checkpoints: Checkpoints;
  readonly keys: SigningKeys;
  readonly schemas: AttributeSchemas;
}

/**
 * Writes the log up to its last checkpoint into a folder, as everybody's tools can check it (design.md, section 5).
 * Nothing is checked on the way: what is broken is exported broken, for `audit verify` to say where.
 *
 * @returns the checkpoint it ends with
 */
export async function exportLog(
  { store, checkpoints, keys, schemas }: ExportSources,
  directory: string,
  format: ExportFormat,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<StoredCheckpoint> {
  const last = await checkpoints.last();
  if (last === null)
    throw new GdprError('audit-not-sealed', 'There is no checkpoint yet: nothing has been sealed.');
  await mkdir(directory, { recursive: true });
  const file = (name: string): string => path.join(directory, name);
  const entries = new LineWriter(file(FILES.entries));
  const events = format === 'ocsf' ? new LineWriter(file(OCSF_FILE)) : null;
  if (events === null) await rm(file(OCSF_FILE), { force: true });
  const leaves = await open(file(FILES.leaves), 'w');
  try {
    for (let begin = 0; begin < last.size; begin += PAGE) {
      const end = Math.min(last.size, begin + PAGE);
      const hashes = await leafHashes(store, begin, end);
      await leaves.write(Buffer.concat(hashes));
      for (const { index, data } of await store.entries(begin, end)) {
        await entries.line(data ?? prunedLine(hashes[index - begin] ?? Buffer.alloc(32)));
        const entry = data === null ? null : parseEntry(data);
        if (events !== null && entry !== null)
          await events.line(JSON.stringify(ocsfEvent(entry, index, await namesOf(entry, schemas))));
      }
      onProgress(end, last.size);
    }
  } finally {
    await entries.close();
    await events?.close();
    await leaves.close();
  }
  const [current, ...old] = await keys.verifiers();
  await writeFile(file(FILES.checkpoint), last.note);
  await writeFile(file(FILES.key), `${current?.key ?? ''}\n`);
  if (old.length > 0) await writeFile(file(FILES.oldKeys), old.map(({ key }) => `${key}\n`).join(''));
  else await rm(file(FILES.oldKeys), { force: true });
  return last;
}

/** Where the tree itself is damaged there is nothing to compare with; the entries are exported all the same. */
async function leafHashes(store: TreeStore, begin: number, end: number): Promise<Buffer[]> {
  try {
    return await store.leafHashes(begin, end);
  } catch (error) {
    if (error instanceof GdprError) return [];
    throw error;
  }
}

async function namesOf(entry: AuditEntry, schemas: AttributeSchemas): Promise<string[][]> {
  const sets = entry.records ?? [];
  return Promise.all(
    sets.map(({ attributes }) =>
      attributes === undefined ? Promise.resolve([]) : schemas.names(attributes),
    ),
  );
}

/** Lines into a file, waiting where the disk is slower than the database. */
class LineWriter {
  private readonly stream;

  constructor(file: string) {
    this.stream = createWriteStream(file);
  }

  async line(text: string): Promise<void> {
    if (!this.stream.write(`${text}\n`)) await once(this.stream, 'drain');
  }

  async close(): Promise<void> {
    this.stream.end();
    await once(this.stream, 'close');
  }
}
