import { TransactionEnded } from '../../platform/database/prepared';
import type { OpenedRecord, OpeningFailure, TransferredRecords, Vault, VaultWrite } from '../../vault';
import type { AttributeSchemas } from '../store/attribute-schemas';
import { auditUnavailable, type Event, type EventWriter } from '../store/event-writer';

import { Accesses } from './access';
import { Changes } from './changes';
import { completed, type Draft, EntryIds, eventOf } from './draft';
import type { Origin, Origins, RequestContext } from './origin';
import { Scope } from './scope';
import { Transfers } from './transfers';

/** A document action of the document service: its reads belong to the write, its writes to one entry. */
interface WriteAction {
  readonly action: string;
}

/** What is recorded of one request. */
class RequestRecord {
  readonly ids = new EntryIds();
  readonly accesses = new Accesses();
  readonly drafts: Draft[] = [];
  /** Once the answer has left, there is no "before" any more: what is read then is written at once. */
  isClosed = false;
  /** Set when something of this request could not be recorded: then nothing of its answer leaves. */
  failure: Error | null = null;
}

/** What the recorder is told of a transaction. */
export interface TransactionHooks {
  readonly beforeCommit: () => Promise<void>;
  /** It was rolled back, so what it changed has never been. */
  readonly forget: () => void;
}

/** What is recorded of one transaction. */
class TransactionRecord {
  readonly changes = new Map<unknown, Changes>();
  readonly accesses = new Accesses();
  transfers = new Transfers();
  /** Entries that go with the transaction, and those that stay when it is rolled back. */
  readonly drafts: Draft[] = [];
  readonly lastingDrafts: Draft[] = [];
  isOver = false;
}

/** Reads inside `collecting` make one entry of this action. */
interface Collection {
  readonly action: string;
  readonly accesses: Accesses;
}

/**
 * Turns what happens to protected records into entries, and sees that each is written before what it is about has an
 * effect: reads before the data leaves, writes in the transaction of the change.
 */
export class Recorder {
  private readonly requests = new WeakMap<object, RequestRecord>();
  private readonly transactions = new Scope<TransactionRecord>();
  private readonly writeActions = new Scope<WriteAction>();
  private readonly purposes = new Scope<string>();
  private readonly collections = new Scope<Collection>();

  constructor(
    private readonly vault: Vault,
    private readonly schemas: AttributeSchemas,
    private readonly writer: EventWriter,
    readonly origins: Origins,
    private readonly isReadMasked: () => Promise<boolean>,
  ) {}

  // ── what the vault reports ──

  async onRead(records: readonly OpenedRecord[]): Promise<void> {
    if (this.writeActions.get() !== undefined) return;
    const collection = this.collections.get();
    const isMasked = this.origins.request() !== undefined && (await this.isReadMasked());
    const open = collection ?? this.openRequest() ?? this.openTransaction();
    const accesses = open?.accesses ?? new Accesses();
    accesses.add(records, collection?.action ?? 'read', this.purposes.get(), isMasked);
    if (open === undefined) await this.commit(accesses.drafts(this.schemas));
  }

  onWrite(write: VaultWrite): Promise<void> | void {
    const transaction = this.openTransaction();
    const purpose = this.purposes.get();
    const action = this.writeActions.get();
    if (transaction === undefined) {
      const changes = new Changes(action?.action ?? null, purpose);
      changes.add(write);
      return this.insert([changes], [], this.origins.current(), new EntryIds());
    }
    const key = action ?? `${write.kind} ${purpose ?? ''}`;
    let changes = transaction.changes.get(key);
    if (changes === undefined) {
      changes = new Changes(action?.action ?? null, purpose);
      transaction.changes.set(key, changes);
    }
    changes.add(write);
  }

  /** What a data transfer does is one entry a content type, in its transaction. */
  onTransfer(event: TransferredRecords): Promise<void> | void {
    const transaction = this.openTransaction();
    const transfers = transaction?.transfers ?? new Transfers();
    transfers.add(event);
    if (transaction === undefined)
      return this.insert([], transfers.drafts(this.schemas), this.origins.current(), new EntryIds());
  }

  /** A record that does not open. The error it leads to rolls transactions back; the entry stays. */
  async onFailure({ uid, documentId, reason }: OpeningFailure): Promise<void> {
    const details = { reason, type: uid, ...(documentId === null ? {} : { document: documentId }) };
    await this.record({ action: 'tampering', details }, { lasting: true });
  }

  // ── what others report ──

  /**
   * Records what is neither a read nor a write of a record. In a transaction the entry is part of it, unless it is
   * `lasting`; in a request it is written before the answer leaves; elsewhere before this returns.
   */
  async record(draft: Draft, { lasting = false } = {}): Promise<void> {
    const purpose = draft.purpose ?? this.purposes.get();
    const stated = purpose === undefined ? draft : { ...draft, purpose };
    const transaction = this.openTransaction();
    if (transaction !== undefined && !lasting) {
      transaction.drafts.push(stated);
      return;
    }
    const request = this.openRequest();
    if (request !== undefined) {
      request.drafts.push(stated);
      return;
    }
    if (transaction !== undefined) {
      transaction.lastingDrafts.push(stated);
      return;
    }
    await this.commit([stated]);
  }

  withPurpose<T>(purpose: string, work: () => T): T {
    return this.purposes.run(purpose, work);
  }

  /** Runs work whose reads are one entry of this action, however many there are: an export. */
  async collecting<T>(action: string, details: Draft['details'], work: () => Promise<T>): Promise<T> {
    const collection: Collection = { action, accesses: new Accesses() };
    const record = async (outcome: string): Promise<void> => {
      const drafts = collection.accesses.drafts(this.schemas);
      const stated = drafts.length === 0 ? [{ action }] : drafts;
      for (const draft of stated)
        await this.record({ ...draft, details: { ...draft.details, ...details, outcome } });
    };
    let result: T;
    try {
      result = await this.collections.run(collection, work);
    } catch (error) {
      await record('failed');
      throw error;
    }
    await record('complete');
    return result;
  }

  /** Runs a document action: what it reads on its way is part of the write. */
  inWriteAction<T>(action: string, work: () => T): T {
    return this.writeActions.get() === undefined ? this.writeActions.run({ action }, work) : work();
  }

  // ── requests ──

  beginRequest(context: object): void {
    this.requests.set(context, new RequestRecord());
  }

  /** Adds an entry to a request that is about to be answered. */
  noteInRequest(context: object, draft: Draft): void {
    this.requests.get(context)?.drafts.push(draft);
  }

  /**
   * Writes what was recorded of a request.
   *
   * @throws GdprError `audit-unavailable`; the answer must not leave then
   */
  async endRequest(context: RequestContext): Promise<void> {
    const request = this.requests.get(context);
    if (request === undefined || request.isClosed) return;
    request.isClosed = true;
    const drafts = [...request.accesses.drafts(this.schemas), ...request.drafts];
    const origin = this.origins.of(context);
    await this.writer.commit(await eventsOf(drafts, request.ids, origin));
    if (request.failure !== null) throw request.failure;
  }

  // ── transactions ──

  /**
   * Runs an outermost transaction. Changes are written by `beforeCommit`, inside it; reads after it has ended, before
   * anybody gets them. A transaction that only reads must not become one that writes: on SQLite it would fail whenever
   * another process has written in between.
   */
  async inTransaction<T>(run: (hooks: TransactionHooks) => Promise<T>): Promise<T> {
    const transaction = new TransactionRecord();
    const origin = (): Origin => this.origins.current();
    const ids = this.currentIds();
    const forget = (): void => {
      transaction.changes.clear();
      transaction.transfers = new Transfers();
      transaction.drafts.length = 0;
    };
    const beforeCommit = async (): Promise<void> => {
      const changes = [...transaction.changes.values()];
      const drafts = [...transaction.drafts, ...transaction.transfers.drafts(this.schemas)];
      forget();
      if (changes.length + drafts.length > 0) await this.insert(changes, drafts, origin(), ids);
    };
    try {
      return await this.transactions.run(transaction, () => run({ beforeCommit, forget }));
    } finally {
      transaction.isOver = true;
      const drafts = [...transaction.accesses.drafts(this.schemas), ...transaction.lastingDrafts];
      if (drafts.length > 0) {
        await this.writer.commit(await eventsOf(drafts, ids, origin()));
      }
    }
  }

  private async insert(
    changes: readonly Changes[],
    drafts: readonly Draft[],
    origin: Origin,
    ids: EntryIds,
  ): Promise<void> {
    const events: Event[] = [];
    for (const change of changes) {
      const id = ids.next();
      const { draft, payload } = await change.draft(this.vault, this.schemas, id);
      events.push({ entry: completed(draft, id, origin), payload });
    }
    try {
      await this.writer.insert([...events, ...(await eventsOf(drafts, ids, origin))]);
    } catch (error) {
      throw this.refusing(error);
    }
  }

  /**
   * A transaction that could not even begin: on SQLite it begins as a writer, so a database that takes no writes answers
   * no query of the document service either. knex then fails the first query in it, and does not say why; so does a prepared
   * statement. The request is told.
   */
  transactionFailed(error: unknown): unknown {
    const message = error instanceof Error ? error.message : '';
    const isOver =
      error instanceof TransactionEnded || message.startsWith('Transaction query already complete');
    if (!isOver) return error;
    return this.refusing(auditUnavailable({ code: 'no transaction can begin' }));
  }

  private refusing(error: unknown): unknown {
    const request = this.openRequest();
    if (request !== undefined && error instanceof Error) request.failure = error;
    return error;
  }

  private async commit(drafts: readonly Draft[]): Promise<void> {
    await this.writer.commit(await eventsOf(drafts, this.currentIds(), this.origins.current()));
  }

  /** Entries of one request share the first part of their ids. */
  private currentIds(): EntryIds {
    const context = this.origins.request();
    return (context === undefined ? undefined : this.requests.get(context)?.ids) ?? new EntryIds();
  }

  private openRequest(): RequestRecord | undefined {
    const context = this.origins.request();
    const request = context === undefined ? undefined : this.requests.get(context);
    return request === undefined || request.isClosed ? undefined : request;
  }

  private openTransaction(): TransactionRecord | undefined {
    const transaction = this.transactions.get();
    return transaction === undefined || transaction.isOver ? undefined : transaction;
  }
}

function eventsOf(drafts: readonly Draft[], ids: EntryIds, origin: Origin): Promise<Event[]> {
  return Promise.all(drafts.map((draft) => eventOf(draft, ids.next(), origin)));
}
