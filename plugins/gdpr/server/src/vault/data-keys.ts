import { clock } from '../platform/clock';
import { chunk } from '../platform/database/dialect';
import { GdprError } from '../platform/errors';
import type { Settings } from '../platform/settings';

import { DataKey } from './data-key';
import { type KeyName, keyIdOfName, keyName } from './envelope';
import type { KeyRing, WrappedSecret } from './key-encryption';
import { KeyMemory } from './key-memory';
import type { KeyRow, KeyStore, StoredKey } from './key-store';
import type { WrappingKey } from './wrapping-key';

/** Keys past their time are wiped within so many ms. */
const SWEEP_INTERVAL = 5_000;
/** No unwrapped key is older, in ms (design 3). */
const MAX_AGE = 60_000;

/** A key that was destroyed on purpose: what was sealed under it reads as erased. */
export const DESTROYED = Symbol('destroyed data key');

/** A key as it is listed: without its secret. */
export interface KeyEntry {
  readonly name: KeyName;
  readonly subject: string | null;
  readonly createdAt: Date;
  readonly isDestroyed: boolean;
}

/** Stands around the destruction of a data subject's keys, so that it and what tells of it happen together. */
export type DestroysKeys = (subject: string, destroy: () => Promise<number>) => Promise<number>;

export type KeyLookup = ReadonlyMap<KeyName, DataKey | typeof DESTROYED>;

/**
 * The data keys: one for each data subject, wrapped in the database, unwrapped in a bounded memory for a minute at
 * most. Use the keys that a call hands out before the next `await`: eviction wipes them.
 */
export class DataKeys {
  private readonly cache: KeyMemory;
  private readonly sweep: NodeJS.Timeout;

  constructor(
    private readonly keyStore: KeyStore,
    private readonly ring: KeyRing,
    private readonly wrapping: WrappingKey,
    settings: Settings['keyCache'],
    private readonly destroying: DestroysKeys = (_subject, destroy) => destroy(),
  ) {
    // Less the time until the next sweep: after a minute the bytes are gone, not only out of use.
    this.cache = new KeyMemory(settings.maxKeys, Math.min(settings.ttl, MAX_AGE - SWEEP_INTERVAL));
    this.sweep = setInterval(() => this.cache.sweep(), SWEEP_INTERVAL).unref();
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
    const wanted = new Set(names);
    for (let round = 1; ; round += 1) {
      const held = new Map<KeyName, DataKey | typeof DESTROYED>();
      const missing: KeyName[] = [];
      for (const name of wanted) {
        // After two rounds in which keys left the memory meanwhile, all are unwrapped together.
        const cached = round < 3 ? this.cache.get(name) : undefined;
        if (cached === undefined) missing.push(name);
        else held.set(name, cached);
      }
      if (missing.length === 0) return held;
      const rows = await this.keyStore.find(missing.sort().map(keyIdOfName));
      const fresh = await this.unwrap(rows);
      // A key that was in memory before the waiting may have been wiped since.
      const isWhole = [...held.keys()].every((name) => this.cache.get(name) === held.get(name));
      if (!isWhole) continue;
      for (const [name, key] of held) fresh.set(name, key);
      return fresh;
    }
  }

  /** The key new records of this data subject are sealed under, if it has one. */
  async activeOf(subject: string): Promise<DataKey | null> {
    const row = await this.keyStore.activeOf(subject);
    if (row === null) return null;
    const cached = this.cache.get(keyName(row.id));
    if (cached !== undefined) return cached;
    const key = (await this.unwrap([row])).get(keyName(row.id));
    return key instanceof DataKey ? key : null;
  }

  /** The keys new records of these data subjects are sealed under, by subject; absent where there is none. */
  async activeOfMany(subjects: readonly string[]): Promise<ReadonlyMap<string, KeyName>> {
    const names = new Map<string, KeyName>();
    for (const part of chunk([...new Set(subjects)])) {
      for (const { id, subject } of await this.keyStore.activeOfMany(part)) {
        if (subject !== null) names.set(subject, keyName(id));
      }
    }
    return names;
  }

  /** Stores many keys at once, like {@link store}. */
  async storeMany(keys: readonly DataKey[]): Promise<void> {
    const createdAt = clock.now().getTime();
    const rows = await Promise.all(keys.map((key) => this.rowOf(key, createdAt)));
    for (const part of chunk(rows)) await this.keyStore.insertMany(part);
    for (const key of keys) this.cache.set(key);
  }

  /** Makes and stores the key of a data subject, or of a record that belongs to nobody. */
  async create(subject: string | null): Promise<DataKey> {
    const key = DataKey.generate(subject);
    await this.store(key);
    return key;
  }

  /** Stores a key that was made in memory. It is written in the same transaction as the first record under it. */
  async store(key: DataKey, createdAt = clock.now().getTime()): Promise<void> {
    await this.keyStore.insert(await this.rowOf(key, createdAt));
    this.cache.set(key);
  }

  private async rowOf(key: DataKey, createdAt: number): Promise<KeyRow> {
    const kekId = await this.wrapping.id();
    const wrapped = await key.expose((secret) => this.ring.wrap(secret, wrapContext(key.id), kekId));
    return {
      id: key.id,
      subject: key.owner,
      kek_id: kekId,
      wrapped: Buffer.from(wrapped),
      created_at: createdAt,
      destroyed_at: null,
    };
  }

  /** Destroys every key of a data subject. What was sealed under them is unreadable from now on, here and in copies. */
  async destroyOf(subject: string): Promise<number> {
    return this.destroying(subject, async () => {
      const ids = await this.keyStore.destroyOf(subject);
      for (const id of ids) this.cache.delete(keyName(id));
      return ids.length;
    });
  }

  /** All keys, those destroyed among them, a page at a time, in the order of their ids. */
  async page(after: KeyName | null, limit: number): Promise<readonly KeyEntry[]> {
    const rows = await this.keyStore.page(after === null ? null : keyIdOfName(after), limit);
    return rows.map((row) => ({
      name: keyName(row.id),
      subject: row.subject,
      createdAt: new Date(row.created_at),
      isDestroyed: row.destroyed_at !== null,
    }));
  }

  /**
   * Removes the keys of records that belonged to nobody and are sealed no longer. Not the same as destroying: nothing
   * is left that would need to know what became of them.
   */
  async forgetOwn(names: readonly KeyName[]): Promise<void> {
    await this.keyStore.forgetOwn(names.map(keyIdOfName));
    for (const name of names) this.cache.delete(name);
  }

  /** Takes keys out of the memory of this node, because they were destroyed. */
  drop(ids: readonly Uint8Array[]): void {
    for (const id of ids) this.cache.delete(keyName(id));
  }

  /** How many unwrapped keys this process holds, and how many it may. */
  get memory(): { readonly keys: number; readonly maxKeys: number; readonly ttl: number } {
    return { keys: this.cache.size, maxKeys: this.cache.maxKeys, ttl: this.cache.ttl };
  }

  private async unwrap(rows: readonly StoredKey[]): Promise<Map<KeyName, DataKey | typeof DESTROYED>> {
    const found = new Map<KeyName, DataKey | typeof DESTROYED>();
    const wrapped: WrappedSecret[] = [];
    for (const row of rows) {
      if (row.wrapped === null) found.set(keyName(row.id), DESTROYED);
      else wrapped.push({ keyId: row.kek_id, wrapped: row.wrapped, context: wrapContext(row.id) });
    }
    const secrets = await this.ring.unwrapMany(wrapped);
    let at = 0;
    for (const row of rows) {
      if (row.wrapped === null) continue;
      const secret = secrets[at] ?? null;
      at += 1;
      const key = secret === null ? null : DataKey.fromSecret(secret, row.id, row.subject);
      if (key === null) {
        throw new GdprError(
          'key-encryption-key-wrong',
          `A data key wrapped under ${row.kek_id} does not unwrap: the key-encryption key is another one, or the key's row was changed.`,
        );
      }
      this.cache.set(key);
      found.set(key.name, key);
    }
    return found;
  }
}

/** What a wrapped data key is bound to. */
export const wrapContext = (id: Buffer): string => `data key ${id.toString('hex')}`;

/** @throws GdprError `key-encryption-key-wrong`, saying which key was found and which was configured */
export function assertKnown(ring: KeyRing, kekIds: readonly string[]): void {
  const unknown = kekIds.find((kekId) => !ring.knows(kekId));
  if (unknown === undefined) return;
  const configured = ring.isRotating
    ? `configured are ${ring.keyIds.join(', ')}`
    : `the configured one is ${ring.currentKeyId}`;
  throw new GdprError(
    'key-encryption-key-wrong',
    `The data in this database is sealed under the key-encryption key ${unknown}, but ${configured}: ` +
      'set GDPR_MASTER_KEY (or GDPR_MASTER_KEY_FILE) to the key this database was created with, or add that key to ' +
      'GDPR_MASTER_KEY_PREVIOUS until `strapi-gdpr keys rotate` is done.',
  );
}
