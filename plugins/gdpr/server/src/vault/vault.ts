import type { Core } from '@strapi/types';
import type { Knex } from 'knex';

import { tables } from '../platform/database/connection';
import { dialectOf } from '../platform/database/dialect';
import type { Settings } from '../platform/settings';

import { BlindIndex } from './blind-index/blind-index';
import { BlindConditionResolver } from './condition-resolver';
import { DataKeys } from './data-keys';
import { createKeyEncryptionProvider, type KeyEncryptionProvider } from './key-encryption';
import { type Annotations, ProtectedTypes, SEALED } from './protected-types';
import { QueryPlanner } from './query-planner';
import { QueryRewriter } from './query-rewriter';
import { QuickSearch } from './quick-search';
import { type OpenedRecord, type OpeningFailure, RecordOpener } from './record-opener';
import type { KeyName } from './envelope';
import { RecordWriter, type SealedUpdate, type StoredRecord } from './record-writer';
import { sodiumReady } from './sodium';
import { SubjectResolver } from './subject-resolver';
import { suiteById, xchacha20Poly1305 } from './suites';
import { systemKey } from './system-keys';

/** What happened to protected records; the audit room listens. Nothing here is masked. */
export interface VaultListener {
  onRead?(event: { uid: string; action: string; records: readonly OpenedRecord[] }): void | Promise<void>;
  onWrite?(event: VaultWrite): void | Promise<void>;
  onFailure?(failure: OpeningFailure): void | Promise<void>;
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
      readonly records: readonly { readonly id: number; readonly record: StoredRecord | null }[];
    };

/**
 * The vault of one Strapi instance: keys, index, and what seals, opens and finds records. Its parts are plain objects
 * that know nothing of each other beyond their arguments; this class only puts them together.
 */
export class Vault {
  private constructor(
    private readonly listeners: VaultListener[],
    readonly types: ProtectedTypes,
    readonly keys: DataKeys,
    readonly index: BlindIndex,
    readonly subjects: SubjectResolver,
    readonly writer: RecordWriter,
    readonly planner: QueryPlanner,
    readonly opener: RecordOpener,
    readonly provider: KeyEncryptionProvider,
  ) {}

  /**
   * Opens the vault: the tables must be there, and the key-encryption key must be the one of this database.
   *
   * @throws GdprError with one sentence that says what to do
   */
  static async open(strapi: Core.Strapi, settings: Settings, annotations: Annotations): Promise<Vault> {
    await sodiumReady();
    const provider = createKeyEncryptionProvider(settings);
    const types = new ProtectedTypes();
    types.load(strapi, annotations);
    const keys = new DataKeys(strapi, provider, settings.keyCache);
    const index = new BlindIndex(strapi, await systemKey(strapi, provider, 'blind-index-1'));
    const subjects = new SubjectResolver(strapi, types, keys);
    const suite = suiteById(settings.suite) ?? xchacha20Poly1305;
    const writer = new RecordWriter(strapi, keys, index, subjects, suite);
    const openCandidates = writer.openMany.bind(writer);
    const readIds = (query: Knex.QueryBuilder): Promise<number[]> => idsOf(strapi, query);
    const resolver = new BlindConditionResolver(index, dialectOf(strapi), readIds, openCandidates);
    const rewriter = new QueryRewriter(types, resolver);
    const search = new QuickSearch(index, readIds, openCandidates);
    const unsealed = await typesWithPlaintext(strapi, types);
    const planner = new QueryPlanner(strapi, types, rewriter, search, (type) => unsealed.has(type.uid));
    const listeners: VaultListener[] = [];
    const opener = new RecordOpener(types, keys, async (failure) => {
      for (const listener of listeners) await listener.onFailure?.(failure);
    });
    return new Vault(listeners, types, keys, index, subjects, writer, planner, opener, provider);
  }

  listen(listener: VaultListener): void {
    this.listeners.push(listener);
  }

  async reportRead(uid: string, action: string, records: readonly OpenedRecord[]): Promise<void> {
    if (records.length === 0) return;
    for (const listener of this.listeners) await listener.onRead?.({ uid, action, records });
  }

  async reportWrite(write: VaultWrite): Promise<void> {
    for (const listener of this.listeners) await listener.onWrite?.(write);
  }
}

/**
 * The types whose tables still have unsealed rows: they were annotated after they were filled. Looked up once, at boot:
 * the plaintext guard lets no such row come into being afterwards.
 */
async function typesWithPlaintext(strapi: Core.Strapi, types: ProtectedTypes): Promise<ReadonlySet<string>> {
  const unsealed = new Set<string>();
  const from = await tables(strapi);
  for (const { uid, table } of types.all()) {
    if ((await from(table).select('id').whereNull(SEALED).first()) !== undefined) unsealed.add(uid);
  }
  return unsealed;
}

/** Runs a `SELECT entity_id` of the index inside the current transaction. */
async function idsOf(strapi: Core.Strapi, query: Knex.QueryBuilder): Promise<number[]> {
  if (strapi.db.inTransaction()) void query.transacting((await strapi.db.transaction()).get());
  const rows = (await query) as { entity_id: number }[];
  return [...new Set(rows.map((row) => row.entity_id))];
}
