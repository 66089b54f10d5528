import { hash } from 'node:crypto';

import type { Core } from '@strapi/types';

import { insertRows, tables } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import { decodeEnvelope, DESTROYED, type ProtectedType, SEALED, type Vault } from '../../vault';
import type { RecordSet } from '../entry/entry';

import type { DecodedEntry } from './segments';
import { RECORDS } from './tables';

interface Known {
  readonly document: string;
  readonly subject: string | null;
}

/** Records looked at in one query. */
const PAGE = 500;

/** Row ids of one type, a bit each. */
class IdSet {
  private bits = new Uint8Array(1_024);

  has(id: number): boolean {
    return (((this.bits[id >> 3] ?? 0) >> (id & 7)) & 1) === 1;
  }

  add(id: number): void {
    const at = id >> 3;
    if (at >= this.bits.length) {
      const larger = new Uint8Array(2 * (at + 1));
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[at] = (this.bits[at] ?? 0) | (1 << (id & 7));
  }
}

/**
 * Which document and data subject each row id is or was. Entries tell records by their row ids, because a hundred of
 * those fit where four `documentId`s would; the sealer keeps this directory, from what entries of writes say and, for
 * records that are older than the log, from their own rows. With it, an entry can be read when the row is long gone.
 */
export class RecordDirectory {
  private readonly known = new Map<string, IdSet>();

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly vault: Vault,
  ) {}

  /** Learns what is new in these entries, in the transaction that is running. */
  async learn(entries: readonly DecodedEntry[]): Promise<{ readonly remember: () => void }> {
    const stated = new Map<string, Map<number, Known | null>>();
    for (const { entry, ids } of entries) {
      for (const [at, set] of (entry.records ?? []).entries()) this.collect(set, ids[at] ?? [], stated);
    }
    for (const [uid, records] of stated) {
      const type = this.vault.types.get(uid);
      await this.store(uid, type, records);
    }
    return {
      // Not before the commit: what was rolled back has to be learnt again.
      remember: () => {
        for (const [uid, records] of stated) for (const id of records.keys()) this.idsOf(uid).add(id);
      },
    };
  }

  /** Learns whose records are that came before their keys. */
  async learnSubjects(): Promise<void> {
    for (const type of this.vault.types.all()) {
      const nobodys = { type: typeCode(type.uid), subject: null };
      for (let after = 0; ;) {
        const from = await tables(this.strapi);
        const rows = (await from(RECORDS)
          .select('id')
          .where(nobodys)
          .where('id', '>', after)
          .orderBy('id')
          .limit(PAGE)) as { id: number }[];
        const found = await this.lookUp(
          type,
          rows.map(({ id }) => id),
        );
        const ids = [...found].filter(([, { subject }]) => subject !== null).map(([id]) => id);
        for (const id of ids)
          await from(RECORDS)
            .where({ type: typeCode(type.uid), id })
            .update({ subject: found.get(id)?.subject ?? null });
        if (rows.length < PAGE) break;
        after = rows.at(-1)?.id ?? after;
      }
    }
  }

  /** The row ids of a document, now and ever. */
  async idsOfDocument(uid: string, document: string): Promise<number[]> {
    const from = await tables(this.strapi);
    const rows = (await from(RECORDS)
      .select('id')
      .where({ type: typeCode(uid), document })) as { id: number }[];
    return rows.map(({ id }) => id);
  }

  /** All records of a data subject, by type. */
  async recordsOfSubject(subject: string): Promise<Map<string, Set<number>>> {
    const from = await tables(this.strapi);
    const rows = (await from(RECORDS).select('type', 'id').where({ subject })) as {
      type: number;
      id: number;
    }[];
    const byType = new Map<string, Set<number>>();
    for (const { uid } of this.vault.types.all()) {
      const ids = rows.filter(({ type }) => type === typeCode(uid)).map(({ id }) => id);
      if (ids.length > 0) byType.set(uid, new Set(ids));
    }
    return byType;
  }

  /** The documents of all records of a data subject. */
  async documentsOfSubject(subject: string): Promise<Set<string>> {
    const from = await tables(this.strapi);
    const rows = (await from(RECORDS).select('document').where({ subject })) as { document: string }[];
    return new Set(rows.map(({ document }) => document).filter((document) => document !== ''));
  }

  /** The documents of row ids. */
  async documents(uid: string, ids: readonly number[]): Promise<Map<number, Known>> {
    const found = new Map<number, Known>();
    for (const part of chunk(ids)) {
      const from = await tables(this.strapi);
      const rows = (await from(RECORDS)
        .select('id', 'document', 'subject')
        .where({ type: typeCode(uid) })
        .whereIn('id', part)) as ({ id: number } & Known)[];
      for (const { id, document, subject } of rows) found.set(id, { document, subject });
    }
    return found;
  }

  private collect(
    { type, documents, subjects = [] }: RecordSet,
    ids: readonly number[],
    stated: Map<string, Map<number, Known | null>>,
  ): void {
    const known = this.idsOf(type);
    let records = stated.get(type);
    for (const [at, id] of ids.entries()) {
      if (known.has(id)) continue;
      if (records === undefined) {
        records = new Map<number, Known | null>();
        stated.set(type, records);
      }
      const document = documents?.[at];
      // With one subject it is everybody's; with several the rows themselves say whose they are.
      const says =
        document === undefined || document === '' || subjects.length > 1
          ? null
          : { document, subject: subjects[0] ?? null };
      if (says !== null || !records.has(id)) records.set(id, says);
    }
  }

  private async store(
    uid: string,
    type: ProtectedType | undefined,
    records: ReadonlyMap<number, Known | null>,
  ): Promise<void> {
    const present = await this.documents(uid, [...records.keys()]);
    const open = [...records].filter(([id]) => !present.has(id));
    const unknown = open.filter(([, says]) => says === null).map(([id]) => id);
    const found = type === undefined ? new Map<number, Known>() : await this.lookUp(type, unknown);
    const rows = open.flatMap(([id, says]) => {
      const known = says ?? found.get(id);
      return known === undefined ? [] : [{ type: typeCode(uid), id, ...known }];
    });
    for (const part of chunk(rows)) await insertRows(this.strapi, RECORDS, part);
  }

  /** What a row says of itself: its documentId, and by the key it is sealed under whose it is. */
  private async lookUp(type: ProtectedType, ids: readonly number[]): Promise<Map<number, Known>> {
    const found = new Map<number, Known>();
    for (const part of chunk(ids)) {
      const from = await tables(this.strapi);
      const rows = (await from(type.table)
        .select('id', { document: type.place.column }, SEALED)
        .whereIn('id', part)) as {
        id: number;
        document: string | null;
        sealed: string | null;
      }[];
      const names = rows.map(({ sealed }) => {
        const envelope = sealed === null ? null : decodeEnvelope(sealed);
        return envelope === null ? null : envelope.keyName;
      });
      const keys = await this.vault.keys.load(new Set(names.filter((name) => name !== null)));
      rows.forEach((row, at) => {
        const name = names[at] ?? null;
        const key = name === null ? undefined : keys.get(name);
        const subject = key === undefined || key === DESTROYED ? null : key.subject;
        found.set(row.id, { document: row.document ?? '', subject });
      });
    }
    return found;
  }

  private idsOf(uid: string): IdSet {
    let ids = this.known.get(uid);
    if (ids === undefined) this.known.set(uid, (ids = new IdSet()));
    return ids;
  }
}

const codes = new Map<string, number>();

/** 31 bits of the type's name: every node agrees on them without a table. */
function typeCode(uid: string): number {
  let code = codes.get(uid);
  if (code === undefined) codes.set(uid, (code = hash('sha256', uid, 'buffer').readUInt32BE(0) >>> 1));
  return code;
}
