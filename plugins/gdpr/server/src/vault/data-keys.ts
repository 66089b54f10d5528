import type { Core } from '@strapi/types';
import { LRUCache } from 'lru-cache';

import { clock } from '../platform/clock';
import { insertRows, qualified, type Row, select, tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';
import { GdprError } from '../platform/errors';
import type { Settings } from '../platform/settings';

import { DataKey } from './data-key';
import { type KeyName, keyIdOfName, keyName } from './envelope';
import type { KeyEncryptionProvider } from './key-encryption';
import { DATA_KEYS } from './tables';

/** Keys past their time are wiped within so many ms. */
const SWEEP_INTERVAL = 5_000;

interface KeyRow {
  readonly id: Buffer;
  readonly subject: string | null;
  readonly kek_id: string;
  readonly wrapped: Buffer | null;
}

/** A key that was destroyed on purpose: what was sealed under it reads as erased. */
export const DESTROYED = Symbol('destroyed data key');

/** A key as it is listed: without its secret. */
export interface KeyEntry {
  readonly name: KeyName;
  readonly subject: string | null;
  readonly createdAt: Date;
}

export type KeyLookup = ReadonlyMap<KeyName, DataKey | typeof DESTROYED>;

/**
 * The data keys: one for each data subject, wrapped in the database, unwrapped in a bounded memory for a minute at
 * most. Use the keys that a call hands out before the next `await`: eviction wipes them.
 */
export class DataKeys {
  private readonly cache: LRUCache<KeyName, DataKey>;
  private readonly sweep: NodeJS.Timeout;

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly provider: KeyEncryptionProvider,
    settings: Settings['keyCache'],
  ) {
    this.cache = new LRUCache({
      max: settings.maxKeys,
      ttl: settings.ttl,
      // Wiping waits for the next turn of the event loop, because whoever was just given the key uses it in this one.
      dispose: (key) => setImmediate(() => key.wipe()),
    });
    // The cache itself only looks at an entry's age when it is asked for it.
    this.sweep = setInterval(() => this.cache.purgeStale(), SWEEP_INTERVAL).unref();
  }

  /** Wipes every unwrapped key. They are unwrapped again when they are needed. */
  forget(): void {
    this.cache.clear();
  }

  /** Ends the use of this object. */
  close(): void {
    clearInterval(this.sweep);
    this.forget();
  }

  /**
   * The keys with these names. Names that no row has are absent from the result.
   *
   * @throws GdprError `key-encryption-key-wrong` when a key does not unwrap
   */
  async load(names: Iterable<KeyName>): Promise<KeyLookup> {
    const found = new Map<KeyName, DataKey | typeof DESTROYED>();
    const missing = new Set<KeyName>();
    for (const name of names) {
      const cached = this.cache.get(name);
      if (cached === undefined) missing.add(name);
      else found.set(name, cached);
    }
    for (const part of chunk([...missing])) {
      const sql = `SELECT id, subject, kek_id, wrapped FROM ?? WHERE id IN (${part.map(() => '?').join(', ')})`;
      const rows = await select<KeyRow>(this.strapi, sql, [
        qualified(this.strapi, DATA_KEYS),
        ...part.map(keyIdOfName),
      ]);
      for (const [name, key] of await this.unwrap(rows)) found.set(name, key);
    }
    return found;
  }

  /** The key new records of this data subject are sealed under, if it has one. */
  async activeOf(subject: string): Promise<DataKey | null> {
    const from = await tables(this.strapi);
    const row = (await from(DATA_KEYS)
      .select('id', 'subject', 'kek_id', 'wrapped')
      .where({ subject })
      .whereNull('destroyed_at')
      .orderBy('created_at', 'desc')
      .first()) as KeyRow | undefined;
    if (row === undefined) return null;
    const cached = this.cache.get(keyName(row.id));
    if (cached !== undefined) return cached;
    const key = (await this.unwrap([row])).get(keyName(row.id));
    return key instanceof DataKey ? key : null;
  }

  /** The keys new records of these data subjects are sealed under, by subject; absent where there is none. */
  async activeOfMany(subjects: readonly string[]): Promise<ReadonlyMap<string, KeyName>> {
    const names = new Map<string, KeyName>();
    for (const part of chunk([...new Set(subjects)])) {
      const from = await tables(this.strapi);
      const rows = (await from(DATA_KEYS)
        .select('id', 'subject')
        .whereIn('subject', part)
        .whereNull('destroyed_at')
        .orderBy('created_at', 'asc')) as { id: Buffer; subject: string }[];
      for (const { id, subject } of rows) names.set(subject, keyName(id));
    }
    return names;
  }

  /** Stores many keys at once, like {@link store}. */
  async storeMany(keys: readonly DataKey[]): Promise<void> {
    const rows = await Promise.all(keys.map((key) => this.rowOf(key)));
    for (const part of chunk(rows)) await insertRows(this.strapi, DATA_KEYS, part);
    for (const key of keys) this.cache.set(key.name, key);
  }

  /** Makes and stores the key of a data subject, or of a record that belongs to nobody. */
  async create(subject: string | null): Promise<DataKey> {
    const key = DataKey.generate(subject);
    await this.store(key);
    return key;
  }

  /** Stores a key that was made in memory. It is written in the same transaction as the first record under it. */
  async store(key: DataKey): Promise<void> {
    await insertRows(this.strapi, DATA_KEYS, [await this.rowOf(key)]);
    this.cache.set(key.name, key);
  }

  private async rowOf(key: DataKey): Promise<Row> {
    const wrapped = await key.expose((secret) => this.provider.wrap(secret, wrapContext(key.id)));
    return {
      id: key.id,
      subject: key.owner,
      kek_id: this.provider.currentKeyId,
      wrapped: Buffer.from(wrapped),
      created_at: clock.now().getTime(),
    };
  }

  /** Destroys every key of a data subject. What was sealed under them is unreadable from now on, here and in copies. */
  async destroyOf(subject: string): Promise<number> {
    const from = await tables(this.strapi);
    const rows = (await from(DATA_KEYS).select('id').where({ subject }).whereNull('destroyed_at')) as {
      id: Buffer;
    }[];
    await from(DATA_KEYS)
      .where({ subject })
      .whereNull('destroyed_at')
      .update({ wrapped: null, destroyed_at: clock.now().getTime() });
    for (const { id } of rows) this.cache.delete(keyName(id));
    return rows.length;
  }

  /** The keys that are not destroyed, a page at a time, in the order of their ids. */
  async page(after: KeyName | null, limit: number): Promise<readonly KeyEntry[]> {
    const from = await tables(this.strapi);
    const rows = (await from(DATA_KEYS)
      .select('id', 'subject', 'created_at')
      .whereNull('destroyed_at')
      .where((later) => {
        if (after !== null) void later.where('id', '>', keyIdOfName(after));
      })
      .orderBy('id')
      .limit(limit)) as { id: Buffer; subject: string | null; created_at: number | string }[];
    return rows.map((row) => ({
      name: keyName(row.id),
      subject: row.subject,
      createdAt: new Date(Number(row.created_at)),
    }));
  }

  /**
   * Removes the keys of records that belonged to nobody and are sealed no longer. Not the same as destroying: nothing
   * is left that would need to know what became of them.
   */
  async forgetOwn(names: readonly KeyName[]): Promise<void> {
    for (const part of chunk(names)) {
      const from = await tables(this.strapi);
      await from(DATA_KEYS).whereIn('id', part.map(keyIdOfName)).whereNull('subject').delete();
    }
    for (const name of names) this.cache.delete(name);
  }

  private async unwrap(rows: readonly KeyRow[]): Promise<Map<KeyName, DataKey | typeof DESTROYED>> {
    const found = new Map<KeyName, DataKey | typeof DESTROYED>();
    const live = rows.filter((row): row is KeyRow & { wrapped: Buffer } => row.wrapped !== null);
    for (const row of rows) if (row.wrapped === null) found.set(keyName(row.id), DESTROYED);
    const secrets = await this.provider.unwrapMany(
      live.map((row) => ({ keyId: row.kek_id, wrapped: row.wrapped, context: wrapContext(row.id) })),
    );
    live.forEach((row, index) => {
      const secret = secrets[index] ?? null;
      const key = secret === null ? null : DataKey.fromSecret(secret, row.id, row.subject);
      secret?.fill(0);
      if (key === null) {
        throw new GdprError(
          'key-encryption-key-wrong',
          `A data key wrapped under ${row.kek_id} does not unwrap: the key-encryption key is another one, or the key's row was changed.`,
        );
      }
      this.cache.set(key.name, key);
      found.set(key.name, key);
    });
    return found;
  }
}

/** What a wrapped data key is bound to. */
export const wrapContext = (id: Uint8Array): string => `data key ${Buffer.from(id).toString('hex')}`;

/** @throws GdprError `key-encryption-key-wrong`, saying which key was found and which was configured */
export function assertKnown(provider: KeyEncryptionProvider, kekIds: readonly string[]): void {
  const unknown = kekIds.find((kekId) => !provider.knows(kekId));
  if (unknown === undefined) return;
  throw new GdprError(
    'key-encryption-key-wrong',
    `The data in this database is sealed under the key-encryption key ${unknown}, but the configured one is ` +
      `${provider.currentKeyId}: set GDPR_MASTER_KEY (or GDPR_MASTER_KEY_FILE) to the key this database was created with.`,
  );
}
