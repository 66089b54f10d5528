import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

import type { Core } from '@strapi/types';
import { z } from 'zod';

import { inTransaction } from '../platform/database/connection';
import { GdprError } from '../platform/errors';

import { assertKnown, type DataKeys, DESTROYED, wrapContext } from './data-keys';
import { DataKey } from './data-key';
import { keyIdOfName, keyName } from './envelope';
import type { KeyRing } from './key-encryption';
import type { KeyRow, KeyStore } from './key-store';
import type { Vault } from './vault';

/**
 * Data keys on their way to another installation, beside an archive of `strapi export`: a file of JSON lines with keys
 * wrapped under the key-encryption key, so that only who has that can use them. Apart from the archive on purpose
 * (docs/decisions/0021-keys-travel-apart.md).
 */
const FORMAT = 'strapi-gdpr data keys';
const BATCH = 500;

const headSchema = z.object({ format: z.literal(FORMAT), version: z.literal(1) });
const tailSchema = z.object({ keys: z.number().int().nonnegative() });
const keySchema = z.object({
  id: z.base64(),
  subject: z.string().nullable(),
  kekId: z.string(),
  /** `null` once destroyed: that a key is destroyed travels, too. */
  wrapped: z.base64().nullable(),
  createdAt: z.number(),
  destroyedAt: z.number().nullable(),
});
type TravellingKey = z.infer<typeof keySchema>;

/** What became of the keys of a file. */
export interface ImportedKeys {
  readonly added: number;
  readonly known: number;
  /** Keys that were destroyed there and are destroyed here now. */
  readonly destroyed: number;
}

/** What a file of keys goes into, and who is told of it. */
type Keys = Pick<Vault, 'keys' | 'keyStore' | 'ring' | 'reportKeyOperation'>;

/**
 * Writes all keys to a new file. A file that nobody could be told of is removed again.
 *
 * @returns how many keys the file holds
 */
export async function exportKeys(vault: Keys, file: string): Promise<number> {
  const keys = await writeKeys(vault.keyStore, file);
  try {
    await vault.reportKeyOperation({ operation: 'keys-exported', detail: { keys } });
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return keys;
}

async function writeKeys(store: KeyStore, file: string): Promise<number> {
  const output = createWriteStream(file, { mode: 0o600, flags: 'wx' });
  const write = async (line: object): Promise<void> => {
    if (!output.write(`${JSON.stringify(line)}\n`)) await once(output, 'drain');
  };
  let keys = 0;
  try {
    await opened(output, file);
    await write({ format: FORMAT, version: 1 });
    let after: Buffer | null = null;
    for (;;) {
      const rows: readonly KeyRow[] = await store.page(after, BATCH);
      for (const row of rows) await write(travelling(row));
      keys += rows.length;
      after = rows.at(-1)?.id ?? null;
      if (rows.length < BATCH) break;
    }
    await write({ keys });
  } finally {
    output.end();
  }
  await finished(output);
  return keys;
}

/**
 * Takes the keys of a file into this installation, all or none. A key that was destroyed, here or there, stays
 * destroyed.
 *
 * @throws GdprError `key-file-invalid` or `key-encryption-key-wrong`, in one sentence
 */
export async function importKeys(strapi: Core.Strapi, vault: Keys, file: string): Promise<ImportedKeys> {
  const { keys, keyStore, ring } = vault;
  const counts = { added: 0, known: 0, destroyed: 0 };
  await inTransaction(strapi, async () => {
    for await (const part of batches(file)) {
      await assertUsable(ring, part);
      const already = await knownKeys(keys, part);
      await keyStore.adopt(part.map(rowOf));
      for (const key of part) {
        const known = already.get(key.id);
        if (known === undefined) counts.added += 1;
        else if (key.wrapped === null && known !== DESTROYED) counts.destroyed += 1;
        else counts.known += 1;
      }
    }
    await vault.reportKeyOperation({ operation: 'keys-imported', detail: counts });
  });
  // Whoever waits for a key that was not there must not be told so from memory, and none that is destroyed may stay.
  keys.forget();
  return counts;
}

async function opened(output: WriteStream, file: string): Promise<void> {
  try {
    await once(output, 'open');
  } catch (error) {
    const reason =
      (error as { readonly code?: unknown }).code === 'EEXIST' ? 'exists already' : 'cannot be written';
    throw new GdprError('key-file-invalid', `${file} ${reason}; name another file.`);
  }
}

/** Which of these are here already, by id in base64. */
async function knownKeys(
  keys: DataKeys,
  part: readonly TravellingKey[],
): Promise<ReadonlyMap<string, DataKey | typeof DESTROYED>> {
  const found = await keys.load(part.map(({ id }) => keyName(Buffer.from(id, 'base64'))));
  return new Map([...found].map(([name, key]) => [keyIdOfName(name).toString('base64'), key]));
}

function rowOf(key: TravellingKey): KeyRow {
  return {
    id: Buffer.from(key.id, 'base64'),
    subject: key.subject,
    kek_id: key.kekId,
    wrapped: key.wrapped === null ? null : Buffer.from(key.wrapped, 'base64'),
    created_at: key.createdAt,
    destroyed_at: key.destroyedAt,
  };
}

/** Every key must unwrap here and be the one its id commits to, before any is stored. */
async function assertUsable(ring: KeyRing, part: readonly TravellingKey[]): Promise<void> {
  const live = part.filter((key): key is TravellingKey & { wrapped: string } => key.wrapped !== null);
  assertKnown(ring, [...new Set(live.map(({ kekId }) => kekId))]);
  const ids = live.map(({ id }) => Buffer.from(id, 'base64'));
  const secrets = await ring.unwrapMany(
    live.map(({ kekId, wrapped }, at) => ({
      keyId: kekId,
      wrapped: Buffer.from(wrapped, 'base64'),
      context: wrapContext(ids[at] ?? Buffer.alloc(0)),
    })),
  );
  for (const [at, secret] of secrets.entries()) {
    const key = secret === null ? null : DataKey.fromSecret(secret, ids[at] ?? Buffer.alloc(0), null);
    secret?.fill(0);
    if (key === null) throw invalid(`its key ${String(live[at]?.id)} does not unwrap`);
    key.wipe();
  }
}

/** Reads and checks a file line by line; it can be larger than the memory. */
async function* batches(file: string): AsyncGenerator<readonly TravellingKey[]> {
  const input = createReadStream(file, 'utf8');
  let line = 0;
  let keys = 0;
  let isWhole = false;
  let part: TravellingKey[] = [];
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    const parsed = parse(text);
    if (line === 1) {
      if (!headSchema.safeParse(parsed).success) throw invalid(`it does not begin as "${FORMAT}", version 1`);
      continue;
    }
    const tail = tailSchema.safeParse(parsed);
    if (tail.success) {
      isWhole = tail.data.keys === keys;
      continue;
    }
    const key = keySchema.safeParse(parsed);
    if (!key.success) throw invalid(`line ${String(line)} is no key`);
    part.push(key.data);
    keys += 1;
    if (part.length === BATCH) {
      yield part;
      part = [];
    }
  }
  if (!isWhole) throw invalid('it is cut off');
  if (part.length > 0) yield part;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function travelling(row: KeyRow): TravellingKey {
  return {
    id: row.id.toString('base64'),
    subject: row.subject,
    kekId: row.kek_id,
    wrapped: row.wrapped?.toString('base64') ?? null,
    createdAt: row.created_at,
    destroyedAt: row.destroyed_at,
  };
}

function invalid(reason: string): GdprError {
  return new GdprError(
    'key-file-invalid',
    `The file is not one that "strapi-gdpr keys export" wrote: ${reason}. Nothing was imported.`,
  );
}
