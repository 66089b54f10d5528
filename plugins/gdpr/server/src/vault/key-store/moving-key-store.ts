import { Remembered } from '../remembered';

import type { KekTally, KeyRow, KeyStore, StoredKey, StoredSystemKey, SystemKeyRow } from './key-store';

/**
 * The key store while keys move from the main database to a store of their own (`strapi-gdpr keys move`). Keys are
 * looked for in the main database first, because the move copies before it deletes: what is not there any more is in
 * the new store already.
 *
 * New keys go to the main database until the move begins. So that nodes can be restarted with the new setting one by
 * one: those that do not have it yet still find every key.
 */
export class MovingKeyStore implements KeyStore {
  readonly isSeparate = false;
  private readonly hasBegun: Remembered<boolean>;

  constructor(
    readonly main: KeyStore,
    readonly own: KeyStore,
  ) {
    this.hasBegun = new Remembered(async () => (await own.systemKeys()).length > 0);
  }

  get description(): string {
    return `${this.own.description}; some keys are still in ${this.main.description}, until \`strapi-gdpr keys move\` is done`;
  }

  async find(ids: readonly Buffer[]): Promise<readonly StoredKey[]> {
    const inMain = await this.main.find(ids);
    const found = new Set(inMain.map(({ id }) => id.toString('latin1')));
    const missing = ids.filter((id) => !found.has(id.toString('latin1')));
    return missing.length === 0 ? inMain : [...inMain, ...(await this.own.find(missing))];
  }

  async activeOf(subject: string): Promise<StoredKey | null> {
    // Both locks, the key's own and that of a store elsewhere; the newest key is where new keys go.
    const inMain = await this.main.activeOf(subject);
    return (await this.own.activeOf(subject)) ?? inMain;
  }

  async activeOfMany(subjects: readonly string[]): Promise<readonly StoredKey[]> {
    return [...(await this.main.activeOfMany(subjects)), ...(await this.own.activeOfMany(subjects))];
  }

  async keysOf(subject: string): Promise<readonly KeyRow[]> {
    const rows = [...(await this.main.keysOf(subject)), ...(await this.own.keysOf(subject))];
    const byId = new Map(rows.map((row) => [row.id.toString('latin1'), row]));
    return [...byId.values()].sort((a, b) => b.created_at - a.created_at);
  }

  async insert(row: KeyRow): Promise<void> {
    await (await this.target()).insert(row);
  }

  async insertMany(rows: readonly KeyRow[]): Promise<void> {
    await (await this.target()).insertMany(rows);
  }

  async page(after: Buffer | null, limit: number): Promise<readonly KeyRow[]> {
    const rows = [...(await this.main.page(after, limit)), ...(await this.own.page(after, limit))];
    // A key that is moving right now is in both.
    const byId = new Map(rows.map((row) => [row.id.toString('latin1'), row]));
    return [...byId.values()].sort((a, b) => Buffer.compare(a.id, b.id)).slice(0, limit);
  }

  async forgetOwn(ids: readonly Buffer[]): Promise<void> {
    await this.main.forgetOwn(ids);
    await this.own.forgetOwn(ids);
  }

  adopt(rows: readonly KeyRow[]): Promise<void> {
    return this.own.adopt(rows);
  }

  /** First in the main database: a batch that is moving right now holds these rows until it is in the new store. */
  async destroy(ids: readonly Buffer[]): Promise<void> {
    await this.main.destroy(ids);
    await this.own.destroy(ids);
  }

  async destroyOf(subject: string): Promise<readonly Buffer[]> {
    const inMain = await this.main.destroyOf(subject);
    return [...inMain, ...(await this.own.destroyOf(subject))];
  }

  async lockSubject(subject: string): Promise<void> {
    await this.main.lockSubject(subject);
    await this.own.lockSubject(subject);
  }

  async systemKey(name: string): Promise<StoredSystemKey | null> {
    return (await this.main.systemKey(name)) ?? this.own.systemKey(name);
  }

  async systemKeys(): Promise<readonly SystemKeyRow[]> {
    const byName = new Map((await this.main.systemKeys()).map((row) => [row.name, row]));
    for (const row of await this.own.systemKeys()) byName.set(row.name, row);
    return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async insertSystemKey(row: SystemKeyRow): Promise<void> {
    await (await this.target()).insertSystemKey(row);
  }

  async deleteSystemKey(name: string): Promise<void> {
    await this.main.deleteSystemKey(name);
    await this.own.deleteSystemKey(name);
  }

  async pageWrappedElsewhere(
    kekId: string,
    after: Buffer | null,
    limit: number,
  ): Promise<readonly StoredKey[]> {
    const rows = [
      ...(await this.main.pageWrappedElsewhere(kekId, after, limit)),
      ...(await this.own.pageWrappedElsewhere(kekId, after, limit)),
    ];
    return rows.sort((a, b) => Buffer.compare(a.id, b.id)).slice(0, limit);
  }

  async countWrappedElsewhere(kekId: string): Promise<number> {
    return (await this.main.countWrappedElsewhere(kekId)) + (await this.own.countWrappedElsewhere(kekId));
  }

  async rewrap(
    kekId: string,
    keys: readonly { readonly id: Buffer; readonly wrapped: Uint8Array }[],
  ): Promise<void> {
    await this.main.rewrap(kekId, keys);
    await this.own.rewrap(kekId, keys);
  }

  async rewrapSystemKey(name: string, kekId: string, wrapped: Uint8Array): Promise<void> {
    await this.main.rewrapSystemKey(name, kekId, wrapped);
    await this.own.rewrapSystemKey(name, kekId, wrapped);
  }

  async tally(): Promise<readonly KekTally[]> {
    const tally = new Map<string, KekTally>();
    for (const entry of [...(await this.main.tally()), ...(await this.own.tally())]) {
      const known = tally.get(entry.kekId);
      tally.set(entry.kekId, {
        kekId: entry.kekId,
        dataKeys: entry.dataKeys + (known?.dataKeys ?? 0),
        systemKeys: entry.systemKeys + (known?.systemKeys ?? 0),
      });
    }
    return [...tally.values()];
  }

  async kekIds(): Promise<readonly string[]> {
    return [...new Set([...(await this.main.kekIds()), ...(await this.own.kekIds())])];
  }

  async isEmpty(): Promise<boolean> {
    return (await this.main.isEmpty()) && (await this.own.isEmpty());
  }

  close(): Promise<void> {
    return this.own.close();
  }

  private async target(): Promise<KeyStore> {
    return (await this.hasBegun.value()) ? this.own : this.main;
  }
}
