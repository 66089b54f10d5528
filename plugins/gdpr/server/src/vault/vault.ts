import type { Core } from '@strapi/types';
import type { Knex } from 'knex';

import { inTransaction } from '../platform/database/connection';
import { dialectOf } from '../platform/database/dialect';
import type { Settings } from '../platform/settings';

import { BlindIndex } from './blind-index/blind-index';
import { IndexGenerations } from './blind-index/generations';
import { createSpelling } from './blind-index/spelling';
import { ComponentOwners } from './component-owners';
import { BlindConditionResolver } from './condition-resolver';
import { assertKnown, DataKeys } from './data-keys';
import { DataTransfer } from './data-transfer';
import { createKeyRing, type KeyRing } from './key-encryption';
import { KeyHolders } from './key-holders';
import { type KeyStore, openKeyStore } from './key-store';
import type { UnguardedTable } from './protected-tables';
import { type Annotations, type ProtectedType, ProtectedTypes } from './protected-types';
import { installPlaintextGuard, liftPlaintextGuard } from './plaintext-guard';
import { ProtectionStates } from './protection-states';
import { QueryPlanner } from './query-planner';
import { QueryRewriter, type Where } from './query-rewriter';
import { QuickSearch } from './quick-search';
import { type OpenedRecord, type OpeningFailure, RecordOpener } from './record-opener';
import type { KeyName } from './envelope';
import { RecordIndexer } from './record-indexer';
import { type OpenedRow, RecordWriter, type SealedUpdate } from './record-writer';
import { sodiumReady } from './sodium';
import { SubjectResolver } from './subject-resolver';
import { type Suite, suiteById, xchacha20Poly1305 } from './suites';
import { SystemKeys } from './system-keys';
import { TableSealer } from './table-sealer';
import { TableUnsealer } from './table-unsealer';
import { TransitionResolver } from './transition-resolver';
import { WrappingKey } from './wrapping-key';

/** What happened to protected records; the audit room listens. Nothing here is masked. */
export interface VaultListener {
  onRead?(event: { uid: string; action: string; records: readonly OpenedRecord[] }): void | Promise<void>;
  onWrite?(event: VaultWrite): void | Promise<void>;
  /** Instead of {@link onWrite} while a data transfer writes: whole tables, without their values. */
  onTransfer?(event: TransferredRecords): void | Promise<void>;
  onFailure?(failure: OpeningFailure): void | Promise<void>;
  /** Somebody who sees masks had one record shown. What a listener throws keeps the values from being answered. */
  onUnmask?(event: Unmasking): void | Promise<void>;
  /** Somebody asked for that and may not. What they named is theirs, and may not exist. */
  onDenied?(event: UnmaskingDenied): void | Promise<void>;
  onKeyOperation?(event: KeyOperation): void | Promise<void>;
}

export interface Unmasking {
  readonly uid: string;
  readonly documentId: string;
  /** The attributes that had a value, by path: `email`, `address.street`. */
  readonly attributes: readonly string[];
  /** As the caller gave it. */
  readonly reason: string;
  readonly subject: string | null;
}

export interface UnmaskingDenied {
  readonly uid: string | null;
  readonly documentId: string | null;
  readonly reason: string | null;
}

/** Something that was done to keys as such. Ids and counts; never key material. */
export interface KeyOperation {
  readonly operation:
    | 'key-encryption-key-rotated'
    | 'data-key-rotated'
    | 'data-keys-destroyed'
    | 'index-key-rotated'
    | 'keys-exported'
    | 'keys-imported'
    | 'keys-moved'
    // A table on its way into the vault, or out of it: `type` and how many records.
    | `${'seal' | 'unseal'}-${'started' | 'finished' | 'failed'}`;
  readonly detail: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Records that a data transfer wrote or removed. */
export interface TransferredRecords {
  readonly uid: string;
  readonly change: 'create' | 'delete';
  readonly records: readonly {
    readonly id: number;
    /** `null` where only the row itself tells. */
    readonly documentId: string | null;
    readonly subject: string | null;
  }[];
}

export type VaultWrite =
  | {
      readonly kind: 'create';
      readonly uid: string;
      readonly id: number;
      readonly documentId: string;
      readonly subject: string | null;
      /** The key the record is sealed under; what is kept of it elsewhere goes under the same. */
      readonly keyName: KeyName;
      readonly after: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'update'; readonly uid: string; readonly update: SealedUpdate }
  | {
      readonly kind: 'delete';
      readonly uid: string;
      /** `record` is `null` for one that did not open. */
      readonly records: readonly { readonly id: number; readonly record: OpenedRow | null }[];
    };

/** What has to be read or asked for before a vault can be put together. */
interface Opened {
  readonly types: ProtectedTypes;
  readonly ring: KeyRing;
  readonly keyStore: KeyStore;
  readonly wrapping: WrappingKey;
  readonly systemKeys: SystemKeys;
  readonly generations: IndexGenerations;
  readonly states: ProtectionStates;
}

/**
 * The vault of one Strapi instance: keys, index, and what seals, opens and finds records. Its parts are plain objects
 * that know nothing of each other beyond their arguments; this class only puts them together.
 */
export class Vault {
  /** Guards that the database had lost and this boot has put back; `scan` tells of them. */
  readonly guardsRestored: UnguardedTable[] = [];

  readonly types: ProtectedTypes;
  readonly ring: KeyRing;
  readonly keyStore: KeyStore;
  readonly wrapping: WrappingKey;
  readonly systemKeys: SystemKeys;
  readonly states: ProtectionStates;
  readonly suite: Suite;
  readonly keys: DataKeys;
  readonly index: BlindIndex;
  readonly subjects: SubjectResolver;
  readonly writer: RecordWriter;
  readonly planner: QueryPlanner;
  readonly opener: RecordOpener;
  readonly components: ComponentOwners;
  readonly sealer: TableSealer;
  readonly unsealer: TableUnsealer;
  readonly transfer: DataTransfer;
  readonly indexer: RecordIndexer;
  /** Who else has something sealed under the keys of data subjects. */
  readonly keyHolders = new KeyHolders();
  private readonly listeners: VaultListener[] = [];

  private constructor(
    private readonly strapi: Core.Strapi,
    settings: Settings,
    { types, ring, keyStore, wrapping, systemKeys, generations, states }: Opened,
  ) {
    this.types = types;
    this.ring = ring;
    this.keyStore = keyStore;
    this.wrapping = wrapping;
    this.systemKeys = systemKeys;
    this.states = states;
    this.suite = suiteById(settings.suite) ?? xchacha20Poly1305;
    this.keys = new DataKeys(keyStore, ring, wrapping, settings.keyCache, (subject, destroy) =>
      inTransaction(strapi, async () => {
        const destroyed = await destroy();
        const detail = { subject, destroyed };
        if (destroyed > 0) await this.reportKeyOperation({ operation: 'data-keys-destroyed', detail });
        return destroyed;
      }),
    );
    this.index = new BlindIndex(strapi, generations, createSpelling(settings.defaultCountry));
    this.subjects = new SubjectResolver(strapi, types, this.keys);
    this.writer = new RecordWriter(strapi, this.keys, this.index, this.subjects, this.suite);
    const openCandidates = this.writer.openMany.bind(this.writer);
    const readIds = (query: Knex.QueryBuilder): Promise<number[]> => idsOf(strapi, query);
    const plainIds = plainIdsOf.bind(null, strapi);
    const holdsPlaintext = states.holdsPlaintext.bind(states);
    const resolver = new TransitionResolver(
      new BlindConditionResolver(this.index, dialectOf(strapi), readIds, openCandidates),
      holdsPlaintext,
      plainIds,
    );
    const rewriter = new QueryRewriter(types, resolver);
    const search = new QuickSearch(this.index, readIds, openCandidates, plainIds);
    this.planner = new QueryPlanner(strapi, types, rewriter, search, holdsPlaintext);
    this.opener = new RecordOpener(types, this.keys, holdsPlaintext, async (failure) => {
      for (const listener of this.listeners) await listener.onFailure?.(failure);
    });
    this.components = new ComponentOwners(
      strapi,
      types,
      this.writer,
      this.subjects,
      states.isClear.bind(states),
    );
    this.sealer = new TableSealer(
      strapi,
      types,
      states,
      this.keys,
      this.index,
      this.subjects,
      this.writer,
      this.components,
      this.suite,
    );
    this.unsealer = new TableUnsealer(strapi, types, states, this.keys, this.index, this.writer);
    this.transfer = new DataTransfer(strapi);
    this.indexer = new RecordIndexer(strapi, this.index, this.writer, this.subjects);
  }

  /**
   * Opens the vault: the tables must be there, and the key-encryption key must be the one of this database.
   *
   * @throws GdprError with one sentence that says what to do
   */
  static async open(strapi: Core.Strapi, settings: Settings, annotations: Annotations): Promise<Vault> {
    await sodiumReady();
    const ring = createKeyRing(settings);
    const keyStore = await openKeyStore(strapi, settings);
    assertKnown(ring, await keyStore.kekIds());
    const wrapping = new WrappingKey(keyStore, ring);
    const systemKeys = new SystemKeys(keyStore, ring, wrapping);
    const types = new ProtectedTypes();
    types.load(strapi, annotations);
    const generations = await IndexGenerations.open(strapi, systemKeys);
    const states = await ProtectionStates.open(strapi, types);
    return new Vault(strapi, settings, {
      types,
      ring,
      keyStore,
      wrapping,
      systemKeys,
      generations,
      states,
    });
  }

  /** Lets the database take plaintext into a table, for a type that leaves the vault. */
  liftGuard(type: ProtectedType): Promise<void> {
    return liftPlaintextGuard(this.strapi, type.table);
  }

  /** Lets the database refuse it again. */
  installGuard(type: ProtectedType): Promise<void> {
    return installPlaintextGuard(this.strapi, type);
  }

  listen(listener: VaultListener): void {
    this.listeners.push(listener);
  }

  async reportRead(uid: string, action: string, records: readonly OpenedRecord[]): Promise<void> {
    if (records.length === 0) return;
    for (const listener of this.listeners) await listener.onRead?.({ uid, action, records });
  }

  async reportKeyOperation(event: KeyOperation): Promise<void> {
    for (const listener of this.listeners) await listener.onKeyOperation?.(event);
  }

  /** Gives back what the vault holds outside of its own memory, and wipes what is in it. */
  async close(): Promise<void> {
    this.keys.close();
    this.ring.close();
    await this.keyStore.close();
  }

  async reportWrite(write: VaultWrite): Promise<void> {
    const transferred = this.transfer.isUnderWay() ? transferredBy(write) : null;
    if (transferred !== null) return this.reportTransfer(transferred);
    for (const listener of this.listeners) await listener.onWrite?.(write);
  }

  async reportTransfer(event: TransferredRecords): Promise<void> {
    if (event.records.length === 0) return;
    for (const listener of this.listeners) await listener.onTransfer?.(event);
  }

  async reportUnmask(event: Unmasking): Promise<void> {
    for (const listener of this.listeners) await listener.onUnmask?.(event);
  }

  async reportDenied(event: UnmaskingDenied): Promise<void> {
    for (const listener of this.listeners) await listener.onDenied?.(event);
  }
}

/** @returns `null` for a change: a transfer only writes and removes */
function transferredBy(write: VaultWrite): TransferredRecords | null {
  if (write.kind === 'update') return null;
  if (write.kind === 'create') {
    const { uid, kind: change, id, documentId, subject } = write;
    return { uid, change, records: [{ id, documentId, subject }] };
  }
  const records = write.records.map(({ id, record }) => ({
    id,
    documentId: record?.documentId ?? null,
    subject: record?.subject ?? null,
  }));
  return { uid: write.uid, change: write.kind, records };
}

/** Runs a `SELECT entity_id` of the index inside the current transaction. */
async function idsOf(strapi: Core.Strapi, query: Knex.QueryBuilder): Promise<number[]> {
  if (strapi.db.inTransaction()) void query.transacting((await strapi.db.transaction()).get());
  const rows = (await query) as { entity_id: number }[];
  return [...new Set(rows.map((row) => row.entity_id))];
}

/** Runs a condition on plain columns inside the current transaction. */
async function plainIdsOf(
  strapi: Core.Strapi,
  type: ProtectedType,
  where: Where,
  limit: number,
): Promise<number[]> {
  const query = strapi.db.queryBuilder(type.uid).init({ select: ['id'], where, limit });
  const rows = await query.execute<{ id: number }[]>({ mapResults: false });
  return rows.map(({ id }) => id);
}
