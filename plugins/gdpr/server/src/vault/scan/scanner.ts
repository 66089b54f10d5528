import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { tables } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import { runsOf } from '../../platform/runs';
import { UNCLAIMED } from '../data-key';
import { keyIdOfName, keyName, type KeyName } from '../envelope';
import { unguardedTables } from '../protected-tables';
import type { ProtectedType } from '../protected-types';
import { MET_KEYS } from '../tables';
import type { Vault } from '../vault';

import { FindingGroups } from './findings';
import { IndexInspector } from './index-inspector';
import { RecordInspector } from './record-inspector';

const BATCH = 500;
const HISTORY = 'strapi_history_versions';

export interface ScanOptions {
  /** Only these types; keys that nothing names can only be told when it is all of them. */
  readonly types: readonly ProtectedType[];
  readonly repair: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Goes over everything the vault keeps, and says what is not as it should be. It reads a batch at a time, holds no
 * lock but on rows that look wrong, and writes only where it repairs.
 */
export async function scan(
  strapi: Core.Strapi,
  vault: Vault,
  { types, repair, onProgress }: ScanOptions,
): Promise<FindingGroups> {
  const startedAt = clock.now();
  const findings = new FindingGroups();
  const records = new RecordInspector(strapi, vault, findings, repair);
  const index = new IndexInspector(strapi, vault.index, records, findings, repair);
  const from = await tables(strapi);
  await from(MET_KEYS).delete();
  const total = await rowsOf(strapi, types);
  let done = 0;
  for (const type of types) {
    const counts = new Map<number, number>();
    let after = 0;
    for (;;) {
      const batch = await records.inspectBatch(type, after, BATCH, counts);
      if (batch === null) break;
      after = batch.last;
      done += batch.rows;
      onProgress(done, Math.max(done, total));
    }
    await index.inspect(type, counts);
  }
  await inspectHistory(strapi, types, findings);
  if (types.length === vault.types.all().length) await inspectKeys(strapi, vault, startedAt, findings);
  await inspectGuards(strapi, vault, types, repair, findings);
  for (const { kind, target, state } of await runsOf(strapi).all()) {
    if (state === 'finished') continue;
    findings.add({ kind: 'run-unfinished', uid: target, record: `${kind} (${state})` });
  }
  await from(MET_KEYS).delete();
  return findings;
}

async function rowsOf(strapi: Core.Strapi, types: readonly ProtectedType[]): Promise<number> {
  const from = await tables(strapi);
  let total = 0;
  for (const { table } of types) {
    const row = (await from(table).count({ count: '*' }).first()) as { count: number | string };
    total += Number(row.count);
  }
  return total;
}

/** Strapi's content history keeps whole records as JSON; it is there in some editions only. */
async function inspectHistory(
  strapi: Core.Strapi,
  types: readonly ProtectedType[],
  findings: FindingGroups,
): Promise<void> {
  if (!(await strapi.db.getSchemaConnection().hasTable(HISTORY))) return;
  const from = await tables(strapi);
  const byUid = new Map(types.map((type) => [type.uid, type] as const));
  let after = 0;
  for (;;) {
    const rows = (await from(HISTORY)
      .select('id', 'content_type', 'related_document_id', 'data')
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)) as HistoryRow[];
    for (const { content_type: uid, related_document_id: record, data } of rows) {
      const held = heldIn(data);
      for (const name of byUid.get(uid)?.names ?? []) {
        if (held[name] === null || held[name] === undefined) continue;
        findings.add({
          kind: 'plaintext-in-history',
          uid,
          attribute: name,
          ...(record === null ? {} : { record }),
        });
      }
    }
    const last = rows.at(-1)?.id;
    if (last === undefined) return;
    after = last;
  }
}

interface HistoryRow {
  readonly id: number;
  readonly content_type: string;
  readonly related_document_id: string | null;
  readonly data: unknown;
}

function heldIn(data: unknown): Readonly<Record<string, unknown>> {
  const parsed: unknown = typeof data === 'string' ? JSON.parse(data) : data;
  return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
}

/** A data subject's key is kept as long as the data subject is there, whether or not a record names it. */
async function inspectKeys(
  strapi: Core.Strapi,
  vault: Vault,
  startedAt: Date,
  findings: FindingGroups,
): Promise<void> {
  const people = vault.types.all().find(({ subject }) => subject !== null && 'self' in subject);
  const from = await tables(strapi);
  let after: KeyName | null = null;
  for (;;) {
    const page = await vault.keys.page(after, BATCH);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.name;
    const used = new Set<string>();
    const subjects = new Set<string>();
    for (const part of chunk(page)) {
      const ids = part.map(({ name }) => keyIdOfName(name));
      for (const { id } of (await from(MET_KEYS).select('id').whereIn('id', ids)) as { id: Buffer }[])
        used.add(keyName(id));
      if (people === undefined) continue;
      const named = part.flatMap(({ subject }) => subject ?? []);
      const rows = (await from(people.table).select('document_id').whereIn('document_id', named)) as {
        document_id: string;
      }[];
      for (const row of rows) subjects.add(row.document_id);
    }
    for (const { name, subject, createdAt, isDestroyed } of page) {
      if (isDestroyed || subject === UNCLAIMED) continue;
      // Made while the scan went by: its record may be too new to have been met.
      if (createdAt >= startedAt || used.has(name) || (subject !== null && subjects.has(subject))) continue;
      findings.add({
        kind: 'data-key-unused',
        uid: subject === null ? 'a record of nobody' : 'a data subject that is gone',
        record: keyIdOfName(name).toString('hex').slice(0, 16),
      });
    }
  }
}

async function inspectGuards(
  strapi: Core.Strapi,
  vault: Vault,
  types: readonly ProtectedType[],
  repair: boolean,
  findings: FindingGroups,
): Promise<void> {
  const wanted = new Map(types.map((type) => [type.uid, type] as const));
  for (const { uid, events } of vault.guardsRestored) {
    if (wanted.has(uid))
      findings.add({ kind: 'guard-missing', uid, record: `${events.join(' and ')}, until this boot` });
  }
  for (const { uid, events } of await unguardedTables(strapi, vault)) {
    const type = wanted.get(uid);
    if (type === undefined) continue;
    if (repair) await vault.installGuard(type);
    findings.add({ kind: 'guard-missing', uid, record: events.join(' and ') }, repair);
  }
}
