import type { Core } from '@strapi/types';
import type { Knex } from 'knex';

import { clock } from '../../platform/clock';
import type { From } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import { UNCLAIMED } from '../data-key';
import { DATA_KEYS, SYSTEM_KEYS } from '../tables';

import { answered, type KeyStoreConnection, selectRows } from './connection';
import type { KekTally, KeyRow, KeyStore, StoredKey, StoredSystemKey, SystemKeyRow } from './key-store';
import { replaceWrapped } from './replace-wrapped';
import { holdSubject, lockSubject } from './subject-lock';

const COLUMNS = ['id', 'subject', 'kek_id', 'wrapped'] as const;
const ROW = [...COLUMNS, 'created_at', 'destroyed_at'] as const;

/** Wrapped keys in two tables, in the main database or in one of their own. */
export class SqlKeyStore implements KeyStore {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly connection: KeyStoreConnection,
  ) {}

  get description(): string {
    return this.connection.description;
  }

  get isSeparate(): boolean {
    return !this.connection.isMain;
  }

  async find(ids: readonly Buffer[]): Promise<readonly StoredKey[]> {
    const rows: StoredKey[] = [];
    for (const part of chunk(ids)) rows.push(...((await this.findAll(part)) ?? (await this.findSome(part))));
    return rows;
  }

  /**
   * Keys that are all there, told apart by their order: reading their ids back takes as long as their wrapped forms. A
   * key under another's id would not unwrap, because the id is part of what it is bound to.
   */
  private async findAll(ids: readonly Buffer[]): Promise<readonly StoredKey[] | null> {
    const sql = `SELECT subject, kek_id, wrapped FROM ?? WHERE id IN (${places(ids)}) ORDER BY id`;
    const found = await selectRows<Omit<StoredKey, 'id'>>(this.connection, sql, [
      this.connection.qualified(DATA_KEYS),
      ...ids,
    ]);
    if (found.length !== ids.length) return null;
    return ids.flatMap((id, at) => {
      const row = found[at];
      return row === undefined
        ? []
        : [{ id, subject: row.subject, kek_id: row.kek_id, wrapped: row.wrapped }];
    });
  }

  private findSome(ids: readonly Buffer[]): Promise<readonly StoredKey[]> {
    const sql = `SELECT id, subject, kek_id, wrapped FROM ?? WHERE id IN (${places(ids)})`;
    return selectRows<StoredKey>(this.connection, sql, [this.connection.qualified(DATA_KEYS), ...ids]);
  }

  async activeOf(subject: string): Promise<StoredKey | null> {
    // The key of components that wait for an owner is many records' at once, and is not rotated.
    const isLocked = subject !== UNCLAIMED;
    if (!this.connection.isMain && isLocked) await holdSubject(this.strapi, subject);
    const from = await this.from();
    const query = from(DATA_KEYS)
      .select(...COLUMNS)
      .where({ subject })
      .whereNull('destroyed_at')
      .orderBy('created_at', 'desc')
      .first();
    // A shared lock: the rotation of this subject's key waits until what is sealed under it is committed.
    if (this.connection.isMain && isLocked && this.connection.dialect !== 'sqlite') void query.forShare();
    return ((await answered(query)) as StoredKey | undefined) ?? null;
  }

  async activeOfMany(subjects: readonly string[]): Promise<readonly StoredKey[]> {
    if (!this.connection.isMain) for (const subject of subjects) await holdSubject(this.strapi, subject);
    const from = await this.from();
    const query = from(DATA_KEYS)
      .select(...COLUMNS)
      .whereIn('subject', [...subjects])
      .whereNull('destroyed_at')
      .orderBy('created_at', 'asc');
    if (this.connection.isMain && this.connection.dialect !== 'sqlite') void query.forShare();
    return (await answered(query)) as StoredKey[];
  }

  async keysOf(subject: string): Promise<readonly KeyRow[]> {
    const from = await this.from();
    const rows: unknown = await answered(
      from(DATA_KEYS)
        .select(...ROW)
        .where({ subject })
        .whereNull('destroyed_at')
        .orderBy('created_at', 'desc'),
    );
    return rowsOf(rows);
  }

  async insert(row: KeyRow): Promise<void> {
    const sql =
      'INSERT INTO ?? (id, subject, kek_id, wrapped, created_at, destroyed_at) VALUES (?, ?, ?, ?, ?, ?)';
    const { id, subject, kek_id, wrapped, created_at, destroyed_at } = row;
    await this.connection.raw(sql, [
      this.connection.qualified(DATA_KEYS),
      ...([id, subject, kek_id, wrapped, created_at, destroyed_at] as Knex.RawBinding[]),
    ]);
  }

  async insertMany(rows: readonly KeyRow[]): Promise<void> {
    const values = rows.map(() => '(?, ?, ?, ?, ?, ?)').join(', ');
    const sql = `INSERT INTO ?? (id, subject, kek_id, wrapped, created_at, destroyed_at) VALUES ${values}`;
    await this.connection.raw(sql, [
      this.connection.qualified(DATA_KEYS),
      ...(rows.flatMap(({ id, subject, kek_id, wrapped, created_at, destroyed_at }) => [
        id,
        subject,
        kek_id,
        wrapped,
        created_at,
        destroyed_at,
      ]) as Knex.RawBinding[]),
    ]);
  }

  async page(after: Buffer | null, limit: number): Promise<readonly KeyRow[]> {
    const from = await this.from();
    const query = from(DATA_KEYS)
      .select(...ROW)
      .orderBy('id')
      .limit(limit);
    return rowsOf(await answered(after === null ? query : query.where('id', '>', after)));
  }

  async forgetOwn(ids: readonly Buffer[]): Promise<void> {
    for (const part of chunk(ids)) {
      const from = await this.from();
      await answered(from(DATA_KEYS).whereIn('id', part).whereNull('subject').delete());
    }
  }

  async adopt(rows: readonly KeyRow[]): Promise<void> {
    const from = await this.from();
    await answered(
      from(DATA_KEYS)
        .insert(rows.map((row) => ({ ...row })))
        .onConflict('id')
        .ignore(),
    );
    await this.destroy(rows.filter(({ destroyed_at }) => destroyed_at !== null).map(({ id }) => id));
  }

  async destroy(ids: readonly Buffer[]): Promise<void> {
    const from = await this.from();
    for (const part of chunk(ids)) {
      await answered(
        from(DATA_KEYS)
          .whereIn('id', part)
          .whereNull('destroyed_at')
          .update({ wrapped: null, destroyed_at: clock.now().getTime() }),
      );
    }
  }

  async destroyOf(subject: string): Promise<readonly Buffer[]> {
    const ids = (await this.keysOf(subject)).map(({ id }) => id);
    const from = await this.from();
    await answered(
      from(DATA_KEYS)
        .where({ subject })
        .whereNull('destroyed_at')
        .update({ wrapped: null, destroyed_at: clock.now().getTime() }),
    );
    return ids;
  }

  async lockSubject(subject: string): Promise<void> {
    if (!this.connection.isMain) {
      await lockSubject(this.strapi, subject);
      return;
    }
    const from = await this.from();
    const query = from(DATA_KEYS).select('id').where({ subject }).whereNull('destroyed_at');
    // On SQLite the first write takes the lock; this one changes nothing.
    if (this.connection.dialect === 'sqlite')
      await from(DATA_KEYS).where({ subject }).whereRaw('1 = 0').delete();
    else await query.forUpdate();
  }

  async systemKey(name: string): Promise<StoredSystemKey | null> {
    const from = await this.from();
    const query = from(SYSTEM_KEYS).select('name', 'kek_id', 'wrapped').where({ name }).first();
    return ((await answered(query)) as StoredSystemKey | undefined) ?? null;
  }

  async systemKeys(): Promise<readonly SystemKeyRow[]> {
    const from = await this.from();
    const rows = (await answered(from(SYSTEM_KEYS).select('*').orderBy('name'))) as Read<SystemKeyRow>[];
    return rows.map((row) => ({ ...row, created_at: Number(row.created_at) }));
  }

  async insertSystemKey(row: SystemKeyRow): Promise<void> {
    const from = await this.from();
    await answered(
      from(SYSTEM_KEYS)
        .insert({ ...row })
        .onConflict('name')
        .ignore(),
    );
  }

  async deleteSystemKey(name: string): Promise<void> {
    const from = await this.from();
    await answered(from(SYSTEM_KEYS).where({ name }).delete());
  }

  async pageWrappedElsewhere(
    kekId: string,
    after: Buffer | null,
    limit: number,
  ): Promise<readonly StoredKey[]> {
    const position = after === null ? '' : 'AND id > ?';
    const sql = `SELECT id, subject, kek_id, wrapped FROM ??
      WHERE kek_id <> ? AND wrapped IS NOT NULL ${position} ORDER BY id LIMIT ${String(limit)}`;
    const table = this.connection.qualified(DATA_KEYS);
    return selectRows<StoredKey>(this.connection, sql, [table, kekId, ...(after === null ? [] : [after])]);
  }

  async countWrappedElsewhere(kekId: string): Promise<number> {
    const sql = 'SELECT count(*) AS number FROM ?? WHERE kek_id <> ? AND wrapped IS NOT NULL';
    const [row] = await selectRows<{ number: number | string }>(this.connection, sql, [
      this.connection.qualified(DATA_KEYS),
      kekId,
    ]);
    return Number(row?.number ?? 0);
  }

  async rewrap(
    kekId: string,
    keys: readonly { readonly id: Buffer; readonly wrapped: Uint8Array }[],
  ): Promise<void> {
    await replaceWrapped(this.connection, this.connection.qualified(DATA_KEYS), kekId, keys);
  }

  async rewrapSystemKey(name: string, kekId: string, wrapped: Uint8Array): Promise<void> {
    const from = await this.from();
    await answered(
      from(SYSTEM_KEYS)
        .where({ name })
        .update({ kek_id: kekId, wrapped: Buffer.from(wrapped) }),
    );
  }

  async tally(): Promise<readonly KekTally[]> {
    const tally = new Map<string, { dataKeys: number; systemKeys: number }>();
    for (const [table, field] of [
      [DATA_KEYS, 'dataKeys'],
      [SYSTEM_KEYS, 'systemKeys'],
    ] as const) {
      const sql = `SELECT kek_id, count(*) AS number FROM ?? WHERE wrapped IS NOT NULL GROUP BY kek_id ORDER BY kek_id`;
      const rows = await selectRows<{ kek_id: string; number: number | string }>(this.connection, sql, [
        this.connection.qualified(table),
      ]);
      for (const { kek_id, number } of rows) {
        const entry = tally.get(kek_id) ?? { dataKeys: 0, systemKeys: 0 };
        entry[field] = Number(number);
        tally.set(kek_id, entry);
      }
    }
    return [...tally].map(([kekId, counts]) => ({ kekId, ...counts }));
  }

  async kekIds(): Promise<readonly string[]> {
    return (await this.tally()).map(({ kekId }) => kekId);
  }

  async isEmpty(): Promise<boolean> {
    const from = await this.from();
    for (const table of [DATA_KEYS, SYSTEM_KEYS]) {
      if ((await answered(from(table).select('kek_id').first())) !== undefined) return false;
    }
    return true;
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private from(): Promise<From> {
    return this.connection.tables();
  }
}

const places = (values: readonly unknown[]): string => new Array<string>(values.length).fill('?').join(', ');

/** PostgreSQL's driver gives 64-bit numbers as text. */
type Read<Row extends { readonly created_at: number }> = Omit<Row, 'created_at' | 'destroyed_at'> & {
  readonly created_at: number | string;
  readonly destroyed_at?: number | string | null;
};

function rowsOf(rows: unknown): KeyRow[] {
  return (rows as Read<KeyRow>[]).map((row) => ({
    ...row,
    created_at: Number(row.created_at),
    destroyed_at:
      row.destroyed_at === null || row.destroyed_at === undefined ? null : Number(row.destroyed_at),
  }));
}
