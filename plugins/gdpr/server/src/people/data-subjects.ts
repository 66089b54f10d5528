import type { Core } from '@strapi/types';

import { inTransaction, lockRows, tables } from '../platform/database/connection';
import type { Vault } from '../vault';
import { vaultOf } from '../vault';

import { normaliseEmail } from './email-address';

export const DATA_SUBJECT = 'plugin::gdpr.data-subject';

export interface DataSubjectRef {
  readonly id: number;
  readonly documentId: string;
}

/**
 * Finds and makes data subjects. One e-mail address is one data subject, also when many requests meet at the same
 * moment: whoever claims the address's unique token first creates the row, the others wait for it and find it.
 */
export class DataSubjects {
  private readonly vault: Vault;

  constructor(private readonly strapi: Core.Strapi) {
    this.vault = vaultOf(strapi);
  }

  /** @param email in any spelling */
  async find(email: string): Promise<DataSubjectRef | null> {
    const normalised = normaliseEmail(email);
    if (normalised === null) return null;
    const { scope, token } = this.claimOf(normalised);
    const from = await tables(this.strapi);
    const claim = (await from('gdpr_unique_values').select('entity_id').where({ scope, token }).first()) as
      | { entity_id: number }
      | undefined;
    return claim === undefined ? null : this.byId(claim.entity_id);
  }

  async ensure(email: string): Promise<DataSubjectRef> {
    const normalised = normaliseEmail(email);
    if (normalised === null) throw new Error('A data subject needs an e-mail address with a local part and a domain.');
    return inTransaction(this.strapi, async () => (await this.find(normalised)) ?? (await this.claim(normalised)));
  }

  /** A data subject without an address, for a person of whom none is known. */
  async createAnonymous(): Promise<DataSubjectRef> {
    return this.create(null);
  }

  async byDocumentId(documentId: string): Promise<DataSubjectRef | null> {
    const from = await tables(this.strapi);
    const row = (await from(this.type.table).select('id', 'document_id').where({ document_id: documentId }).first()) as
      | SubjectRow
      | undefined;
    return row === undefined ? null : refOf(row);
  }

  async byId(id: number): Promise<DataSubjectRef | null> {
    const from = await tables(this.strapi);
    // Locked, because only a locking read sees past the snapshot of a transaction that began before the row was there.
    const query = from(this.type.table).select('id', 'document_id').where({ id }).first();
    const row = (await lockRows(this.strapi, query)) as SubjectRow | undefined;
    return row === undefined ? null : refOf(row);
  }

  private async claim(email: string): Promise<DataSubjectRef> {
    const { scope, token } = this.claimOf(email);
    const from = await tables(this.strapi);
    // Waits for another transaction that claims the same token, and then does nothing if that one has committed.
    await from('gdpr_unique_values').insert({ scope, token, entity_id: 0 }).onConflict(['scope', 'token']).ignore();
    const claim = (await lockRows(
      this.strapi,
      from('gdpr_unique_values').select('entity_id').where({ scope, token }).first(),
    )) as { entity_id: number } | undefined;
    if (claim !== undefined && claim.entity_id !== 0) {
      const existing = await this.byId(claim.entity_id);
      if (existing !== null) return existing;
    }
    const subject = await this.create(email);
    await from('gdpr_unique_values').where({ scope, token }).update({ entity_id: subject.id });
    return subject;
  }

  /** Written below the entity manager: this is on the way of every new contact, and its hooks have nothing to add. */
  private async create(email: string | null): Promise<DataSubjectRef> {
    const now = new Date();
    const record = await this.vault.writer.sealNew(this.type, { email, createdAt: now, updatedAt: now });
    const documentId = String(record.data['documentId']);
    // A copy, because the query builder renames the keys of what it is given to columns.
    const inserted = await this.strapi.db.queryBuilder(DATA_SUBJECT).insert({ ...record.data }).execute<unknown[]>();
    const [first] = inserted;
    const id = Number(typeof first === 'object' && first !== null && 'id' in first ? first.id : first);
    await this.vault.index.insert(this.type, [{ entityId: id, entries: { ...record.entries, unique: [] } }]);
    await this.vault.reportWrite({
      kind: 'create',
      uid: DATA_SUBJECT,
      id,
      documentId,
      subject: documentId,
      after: record.values,
    });
    return { id, documentId };
  }

  private claimOf(email: string): { scope: number; token: Buffer } {
    const attribute = this.type.attributes.get('email');
    if (attribute === undefined) throw new Error('The e-mail address of data subjects is not protected.');
    return this.vault.index.uniqueToken(this.type, attribute, email, '|draft');
  }

  private get type(): NonNullable<ReturnType<Vault['types']['get']>> {
    const type = this.vault.types.get(DATA_SUBJECT);
    if (type === undefined) throw new Error('Data subjects are not a protected type.');
    return type;
  }
}

interface SubjectRow {
  readonly id: number;
  readonly document_id: string;
}

const refOf = (row: SubjectRow): DataSubjectRef => ({ id: row.id, documentId: row.document_id });
