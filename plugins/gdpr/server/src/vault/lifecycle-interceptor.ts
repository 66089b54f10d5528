import { AsyncLocalStorage } from 'node:async_hooks';

import type { Core } from '@strapi/types';

import { inTransaction, tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';

import type { IndexEntries, TokenRow } from './blind-index/blind-index';
import { isReadForEvent } from './outgoing-events';
import { type ProtectedType, SEALED, SEALED_PLACE } from './protected-types';
import { EVERYTHING, type Plan, type QueryParams } from './query-planner';
import { isPlainObject } from './query-rewriter';
import type { EntityData, SealedCreate, SealedUpdate, OpenedRow } from './record-writer';
import type { Vault } from './vault';

interface LifecycleProperties {
  params: QueryParams & { data?: unknown };
  result?: unknown;
}

type States = Map<unknown, unknown>;
type Run = (action: string, uid: string, properties: LifecycleProperties, states?: States) => Promise<States>;
type Method = (this: unknown, uid: string, params?: object) => Promise<unknown>;

/** What the vault carries from before a query to after it. */
interface Carried {
  plan?: Plan;
  /** The result stays sealed: nobody is going to see what is in it. */
  staysSealed?: boolean;
  /** The places of records that a data transfer writes as they were sealed elsewhere. */
  transferred?: readonly string[];
  created?: SealedCreate[];
  deferred?: TokenRow[];
  updated?: SealedUpdate;
  deleted?: {
    readonly entityId: number;
    readonly entries: IndexEntries | null;
    /** `null` when the record did not open. */
    readonly record: OpenedRow | null;
  }[];
}

const CARRIED = Symbol('gdpr vault');
const READS = ['findOne', 'findMany', 'count'] as const;
const WRITES = ['create', 'createMany', 'update', 'updateMany', 'delete', 'deleteMany'] as const;

/** The write that is under way, if any: reads inside it belong to it. */
const currentWrite = new AsyncLocalStorage<(typeof WRITES)[number]>();

/**
 * Puts the vault into Strapi's database layer, at its innermost point: after every `before…` subscriber of the project
 * and before every `after…` subscriber, so that the project's own hooks see and change plain values, and even while
 * data transfer has lifecycles disabled. Why not an ordinary subscriber: docs/decisions/0001-innermost-lifecycle.md.
 *
 * Writes of protected types run in a transaction (the one under way, or one of their own), so that row, sealed record,
 * index and key change together or not at all.
 */
export function interceptLifecycles(strapi: Core.Strapi, vault: Vault): void {
  const { lifecycles, entityManager } = strapi.db as unknown as {
    lifecycles: { run: Run };
    entityManager: Record<string, Method>;
  };
  const hooks = new VaultHooks(strapi, vault);

  const run = lifecycles.run.bind(lifecycles);
  lifecycles.run = async (action, uid, properties, states = new Map<unknown, unknown>()) => {
    if (!vault.types.reaches(uid)) return run(action, uid, properties, states);
    if (action.startsWith('before')) {
      await run(action, uid, properties, states);
      states.set(CARRIED, await hooks.before(action, uid, properties));
      return states;
    }
    await hooks.after(action, uid, properties, states.get(CARRIED) ?? {});
    return run(action, uid, properties, states);
  };

  for (const name of [...READS, ...WRITES]) {
    const original = entityManager[name];
    if (original === undefined)
      throw new Error(`Strapi's entity manager has no ${name}: this version is not supported.`);
    const isWrite = (WRITES as readonly string[]).includes(name);
    entityManager[name] = function intercepted(uid, params = {}) {
      if (!vault.types.reaches(uid)) return original.call(this, uid, params);
      // A copy, because the hooks replace parameters and the caller may use its own again.
      const work = (): Promise<unknown> => original.call(this, uid, { ...params });
      const isOurs = vault.types.get(uid) !== undefined || vault.types.componentsIn(uid) !== undefined;
      if (!isWrite || !isOurs) return work();
      const write = async (): Promise<unknown> => {
        const instead = await vault.transfer.insteadOf(name, uid, params);
        return instead === undefined ? inTransaction(strapi, work) : instead.result;
      };
      return currentWrite.run(name as (typeof WRITES)[number], write);
    };
  }
}

class VaultHooks {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly vault: Vault,
  ) {}

  async before(action: string, uid: string, { params }: LifecycleProperties): Promise<Carried> {
    await this.vault.states.ensureFresh();
    if (action === 'beforeFindOne' && isReadForEvent(this.strapi, uid, params)) return { staysSealed: true };
    if (action.startsWith('beforeFind') && this.vault.transfer.isUnderWay()) return { staysSealed: true };
    if (action === 'beforeFindOne' || action === 'beforeFindMany') {
      const { plan, params: planned } = await this.vault.planner.plan(uid, params);
      replaceParams(params, planned);
      return { plan };
    }
    // What a write returns is read by a query of its own, which is planned when it runs.
    if (!action.startsWith('beforeCreate')) {
      replaceParams(params, { ...params, ...(await this.vault.planner.planFilters(uid, params)) });
    }
    const type = this.vault.types.get(uid);
    if (type === undefined) return {};
    if (this.vault.states.isClear(type) && !action.startsWith('beforeDelete')) {
      return this.beforeClear(action, type, params);
    }
    switch (action) {
      case 'beforeCreate':
      case 'beforeCreateMany':
        return this.beforeCreate(type, params);
      case 'beforeUpdate':
        return this.beforeUpdate(type, params);
      case 'beforeUpdateMany':
        return this.beforeUpdateMany(type, params);
      case 'beforeDelete':
        return this.beforeDelete(type, await this.onlyMatch(type, params));
      case 'beforeDeleteMany':
        return this.beforeDelete(type, await this.idsMatching(type, params));
      default:
        return {};
    }
  }

  async after(action: string, uid: string, properties: LifecycleProperties, carried: Carried): Promise<void> {
    const type = this.vault.types.get(uid);
    const { result } = properties;
    if (carried.staysSealed) return;
    if (action === 'afterFindOne' || action === 'afterFindMany') {
      await this.afterFind(action, uid, result, carried.plan ?? EVERYTHING);
      return;
    }
    if (carried.transferred !== undefined && type !== undefined) {
      await this.afterTransfer(type, carried.transferred);
      return;
    }
    if (type !== undefined) {
      if (action === 'afterCreate') await this.afterCreate(type, carried, idOf(result));
      if (action === 'afterCreateMany') await this.afterCreateMany(type, carried);
      if (action === 'afterUpdate') await this.afterUpdate(type, carried);
      if (action === 'afterDelete' || action === 'afterDeleteMany')
        await this.afterDelete(type, carried.deleted ?? []);
    }
    if (action === 'afterCreate' || action === 'afterUpdate')
      await this.settleComponents(uid, properties, carried);
  }

  /** The components in a record become its owner's; a component in a component waits for the record around both. */
  private async settleComponents(
    uid: string,
    { params: { data }, result }: LifecycleProperties,
    { created, updated }: Carried,
  ): Promise<void> {
    const carrier = this.vault.types.componentsIn(uid);
    if (carrier === undefined || !(uid in this.strapi.contentTypes) || result === null) return;
    // What arrives sealed is settled already, and its keys may not be here yet.
    if (created === undefined && this.vault.transfer.isUnderWay()) return;
    const isConcerned =
      updated?.isRekeyed === true ||
      (isPlainObject(data) && carrier.attributes.some((name) => data[name] !== undefined));
    if (isConcerned) await this.vault.components.settle(carrier, idOf(result), created?.[0] ?? updated);
  }

  private async afterFind(action: string, uid: string, result: unknown, plan: Plan): Promise<void> {
    const write = currentWrite.getStore();
    // A record that does not open can still be deleted; nothing else may be done with it one by one.
    const single = action === 'afterFindOne' && write !== 'delete';
    const records = await this.vault.opener.open(uid, result, plan, single);
    if (write === undefined)
      await this.vault.reportRead(uid, action === 'afterFindOne' ? 'findOne' : 'findMany', records);
  }

  private async beforeCreate(type: ProtectedType, params: LifecycleProperties['params']): Promise<Carried> {
    const { data } = params;
    const created: SealedCreate[] = [];
    const deferred: TokenRow[] = [];
    for (const datum of Array.isArray(data) ? (data as unknown[]) : [data]) {
      // What is no object is refused by Strapi itself, right after this.
      if (!isPlainObject(datum)) return {};
      if (this.vault.transfer.carries(type, datum)) return { transferred: placesOf(type, data) };
      const { result, rows } = await this.vault.index.deferring(() =>
        this.vault.writer.sealNew(type, withoutSealed(datum)),
      );
      created.push(result);
      deferred.push(...rows);
    }
    params.data = Array.isArray(data) ? created.map((record) => record.data) : created[0]?.data;
    return { created, deferred };
  }

  private async afterCreate(
    type: ProtectedType,
    { created, deferred = [] }: Carried,
    id: number,
  ): Promise<void> {
    const record = created?.[0];
    if (record === undefined) return;
    await this.vault.index.insertDeferred(type, [{ entityId: id, entries: record.entries }], deferred);
    await this.reportCreated(type, id, record);
  }

  /** Rows get new ids in a transfer. Where their keys are not here yet, `keys import` brings them into the index. */
  private async afterTransfer(type: ProtectedType, places: readonly string[]): Promise<void> {
    for (const part of chunk(places)) {
      const from = await tables(this.strapi);
      const rows = (await from(type.table).select('id').whereIn(type.place.column, part)) as { id: number }[];
      const ids = rows.map(({ id }) => id);
      await this.vault.indexer.add(type, ids);
      const records = ids.map((id) => ({ id, documentId: null, subject: null }));
      await this.vault.reportTransfer({ uid: type.uid, change: 'create', records });
    }
  }

  /** MariaDB tells only the first id of a batch, so the rows are found again by what was written into them. */
  private async afterCreateMany(
    type: ProtectedType,
    { created = [], deferred = [] }: Carried,
  ): Promise<void> {
    await this.vault.index.insertDeferred(type, [], deferred);
    for (const part of chunk(created)) {
      const from = await tables(this.strapi);
      const places = part.map(({ data }) => String(data[type.place.attribute]));
      const rows = (await from(type.table).select('id', SEALED).whereIn(type.place.column, places)) as {
        id: number;
        sealed: string;
      }[];
      const ids = new Map(rows.map((row) => [row.sealed, row.id]));
      const records = part.map((record) => {
        const entityId = ids.get(String(record.data[SEALED]));
        if (entityId === undefined) throw new Error(`A created record of ${type.uid} was not found again.`);
        return { entityId, entries: record.entries, record };
      });
      await this.vault.index.insert(type, records);
      for (const { entityId, record } of records) await this.reportCreated(type, entityId, record);
    }
  }

  private async reportCreated(type: ProtectedType, id: number, record: SealedCreate): Promise<void> {
    const { subject, keyName, values, data } = record;
    const documentId = String(data[type.place.attribute]);
    const write = { uid: type.uid, id, documentId, subject, keyName, after: values };
    await this.vault.reportWrite({ kind: 'create', ...write });
  }

  private async beforeUpdate(type: ProtectedType, params: LifecycleProperties['params']): Promise<Carried> {
    const { data } = params;
    if (!isPlainObject(data)) return {};
    const id = onlyId(params.where) ?? (await this.idsMatching(type, params, true))[0];
    const update =
      id === undefined ? null : await this.vault.writer.sealChange(type, id, withoutSealed(data));
    if (update === null) {
      // Nobody matches: Strapi finds that out by itself, and must not get the plain values on the way.
      params.data = stripped(type, withoutSealed(data));
      return {};
    }
    params.where = { id: update.id };
    params.data = { ...withoutSealed(data), ...update.columns };
    return { updated: update };
  }

  private async afterUpdate(type: ProtectedType, { updated }: Carried): Promise<void> {
    if (updated === undefined) return;
    await this.vault.index.change(type, updated.id, updated.before.entries, updated.after.entries);
    await this.vault.reportWrite({ kind: 'update', uid: type.uid, update: updated });
  }

  /** Each row has its own key, so each is sealed by itself; Strapi updates what is not protected in one statement. */
  private async beforeUpdateMany(
    type: ProtectedType,
    params: LifecycleProperties['params'],
  ): Promise<Carried> {
    if (!isPlainObject(params.data)) return {};
    const data = withoutSealed(params.data);
    const ids = await this.idsMatching(type, params);
    for (const id of ids) {
      const update = await this.vault.writer.sealChange(type, id, data);
      if (update === null) continue;
      const from = await tables(this.strapi);
      await from(type.table).where({ id }).update(this.columnsFor(type, update));
      await this.vault.index.change(type, id, update.before.entries, update.after.entries);
      const carrier = update.isRekeyed ? this.vault.types.componentsIn(type.uid) : undefined;
      if (carrier !== undefined) await this.vault.components.settle(carrier, id, update);
      await this.vault.reportWrite({ kind: 'update', uid: type.uid, update });
    }
    // The index has changed, so the filter may no longer find these rows: from here on they go by their ids.
    params.where = { id: { $in: this.idList(ids) } };
    params.data = stripped(type, data);
    return {};
  }

  /** A type that leaves the vault: rows come out before they are changed, and what is written stays as it is. */
  private async beforeClear(action: string, type: ProtectedType, params: QueryParams): Promise<Carried> {
    if (action.startsWith('beforeUpdate')) {
      const isMany = action === 'beforeUpdateMany';
      const ids = await this.idsMatching(type, params, !isMany);
      await this.vault.unsealer.unsealRows(type, ids);
      params.where = { id: isMany ? { $in: this.idList(ids) } : (ids[0] ?? -1) };
    }
    return {};
  }

  /** The tokens of a record are made of its values, so they are worked out before it is gone. */
  private async beforeDelete(type: ProtectedType, ids: readonly number[]): Promise<Carried> {
    const opened = await this.vault.writer.openMany(type, ids);
    const entries = await this.vault.writer.entriesOfStored(type, ids, opened);
    const deleted = ids.map((entityId) => ({
      entityId,
      record: opened.get(entityId) ?? null,
      entries: entries.get(entityId) ?? null,
    }));
    return { deleted };
  }

  private async afterDelete(type: ProtectedType, deleted: NonNullable<Carried['deleted']>): Promise<void> {
    if (deleted.length === 0) return;
    await this.vault.index.remove(type, deleted);
    await this.vault.reportWrite({
      kind: 'delete',
      uid: type.uid,
      records: deleted.map(({ entityId, record }) => ({ id: entityId, record })),
    });
  }

  /** Strapi deletes the first row that matches: which one that is must not be decided twice. */
  private async onlyMatch(type: ProtectedType, params: QueryParams): Promise<number[]> {
    const ids = await this.idsMatching(type, params, true);
    const [id] = ids;
    if (id !== undefined) params.where = { id };
    return ids;
  }

  private async idsMatching(type: ProtectedType, params: QueryParams, first = false): Promise<number[]> {
    const query = this.strapi.db.queryBuilder(type.uid).init({
      select: ['id'],
      where: params.where,
      filters: params.filters,
      _q: params._q,
      ...(first ? { limit: 1 } : {}),
    });
    const rows = await query.execute<{ id: number }[]>({ mapResults: false });
    return [...new Set(rows.map(({ id }) => id))].sort((a, b) => a - b);
  }

  private columnsFor(type: ProtectedType, { columns }: SealedUpdate): Record<string, unknown> {
    const { attributes } = this.strapi.db.metadata.get(type.uid);
    const row = Object.entries(columns).map(([name, value]) => {
      const attribute = attributes[name];
      if (attribute === undefined) return [name, value] as const;
      if ('joinColumn' in attribute) return [attribute.joinColumn?.name ?? name, value] as const;
      return ['columnName' in attribute ? (attribute.columnName ?? name) : name, value] as const;
    });
    return Object.fromEntries(row);
  }

  /** Databases limit the variables of a statement; integers can stand in the text itself. */
  private idList(ids: readonly number[]): unknown {
    return ids.length <= 1_000 ? ids : this.strapi.db.connection.raw(ids.map(Number).join(','));
  }
}

/** Puts planned parameters in the place of those a caller gave; `params` is the interceptor's own copy. */
function replaceParams(params: QueryParams, planned: QueryParams): void {
  if (planned._q === undefined) delete params._q;
  Object.assign(params, planned);
}

function stripped(type: ProtectedType, data: EntityData): EntityData {
  const nulls = [...type.attributes.keys()]
    .filter((name) => name in data)
    .map((name) => [name, null] as const);
  return { ...data, ...Object.fromEntries(nulls) };
}

function placesOf(type: ProtectedType, data: unknown): string[] {
  const records = (Array.isArray(data) ? data : [data]) as EntityData[];
  return records.map((record) => String(record[type.place.attribute]));
}

function withoutSealed(data: EntityData): EntityData {
  const { [SEALED]: _sealed, [SEALED_PLACE]: _place, ...rest } = data;
  return rest;
}

function onlyId(where: unknown): number | undefined {
  if (!isPlainObject(where) || Object.keys(where).length !== 1) return undefined;
  return typeof where['id'] === 'number' ? where['id'] : undefined;
}

function idOf(result: unknown): number {
  if (typeof result === 'object' && result !== null && 'id' in result && typeof result.id === 'number')
    return result.id;
  throw new Error('Strapi returned a record without an id.');
}
