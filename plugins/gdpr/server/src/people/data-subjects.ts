import type { Core } from '@strapi/types';

import {
  insertReturningIdIfAbsent,
  inTransaction,
  lockRows,
  readCommitted,
  tables,
} from '../platform/database/connection';
import {
  DataKey,
  type GenerationTokens,
  type KeyedColumn,
  type KeyName,
  type ProtectedType,
  type Vault,
  vaultOf,
} from '../vault';

import { normaliseEmail } from '../platform/email-address';

export const DATA_SUBJECT = 'plugin::gdpr.data-subject';

export interface DataSubjectRef {
  readonly id: number;
  readonly documentId: string;
}

/** A data subject that has just been made, and the key that was made with it. */
export interface NewDataSubject extends DataSubjectRef {
  readonly keyName: KeyName;
}

/**
 * Finds and makes data subjects. One e-mail address is one data subject, also when many requests meet at the same
 * moment: a unique index on the keyed hash of the address lets one of them create the row, and the others find it.
 */
export class DataSubjects {
  private readonly vault: Vault;

  constructor(private readonly strapi: Core.Strapi) {
    this.vault = vaultOf(strapi);
  }

  /** @param email in any spelling */
  async find(email: string): Promise<DataSubjectRef | null> {
    await this.vault.index.ready();
    const normalised = normaliseEmail(email);
    return normalised === null ? null : this.withEmail(normalised);
  }

  /** @param email in any spelling, with a local part and a domain */
  async ensure(email: string): Promise<DataSubjectRef | NewDataSubject> {
    const normalised = normaliseEmail(email);
    if (normalised === null)
      throw new Error('A data subject needs an e-mail address with a local part and a domain.');
    return inTransaction(this.strapi, async () => {
      const created = await this.create(normalised);
      const subject = created ?? (await this.withEmail(normalised));
      if (subject === null)
        throw new Error('A data subject was created and deleted again at the same moment.');
      return subject;
    });
  }

  /** A data subject without an address, for a person of whom none is known. */
  async createAnonymous(): Promise<NewDataSubject> {
    const subject = await this.create(null);
    if (subject === null) throw new Error('A data subject without an address conflicts with no other.');
    return subject;
  }

  byId(id: number): Promise<DataSubjectRef | null> {
    return this.oneWhere({ id });
  }

  /** Holds every other transaction that asks for this person until the current one has ended. */
  async lock(subject: DataSubjectRef): Promise<void> {
    const from = await tables(this.strapi);
    await lockRows(this.strapi, from(this.type.table).select('id').where({ id: subject.id }).first());
  }

  /** The keyed hashes that stand for an address in the unique indexes, by attribute: one a generation that is written. */
  emailKeys(email: string | null): Readonly<Record<string, string | null>> {
    const { written } = this.vault.index.generations.known;
    const keys: Record<string, string | null> = { emailKey: null, emailKeyEven: null };
    for (const tokens of written) keys[ATTRIBUTE[parityOf(tokens)]] = emailKey({ email }, tokens);
    return keys;
  }

  /** Where the address is looked up: the column of the generation that serves, and what stands there. */
  servingEmailKey(normalised: string): { readonly column: string; readonly key: string | null } {
    const { serving } = this.vault.index.generations.known;
    return {
      column: EMAIL_KEY.columns[parityOf(serving)],
      key: emailKey({ email: normalised }, serving),
    };
  }

  private withEmail(normalised: string): Promise<DataSubjectRef | null> {
    const { column, key } = this.servingEmailKey(normalised);
    return this.oneWhere({ [column]: key });
  }

  private async oneWhere(condition: Readonly<Record<string, unknown>>): Promise<DataSubjectRef | null> {
    const from = await tables(this.strapi);
    const query = from(this.type.table).select('id', 'document_id').where(condition).first();
    const row = (await readCommitted(this.strapi, query)) as SubjectRow | undefined;
    return row === undefined ? null : { id: row.id, documentId: row.document_id };
  }

  /**
   * Written below the entity manager: this is on the way of every new contact, and its hooks have nothing to add.
   *
   * @returns `null` when somebody else has the address
   */
  private async create(email: string | null): Promise<NewDataSubject | null> {
    await this.vault.index.hold();
    const documentId = this.newDocumentId();
    const key = DataKey.generate(documentId);
    const values = { email };
    const { sealed, entries } = this.vault.writer.sealUnder(this.type, documentId, values, key);
    const now = new Date();
    const row = {
      document_id: documentId,
      ...this.emailColumns(email),
      sealed,
      created_at: now,
      updated_at: now,
      published_at: now,
    };
    const id = await insertReturningIdIfAbsent(this.strapi, this.type.table, row);
    if (id === null) {
      key.wipe();
      return null;
    }
    await this.vault.keys.store(key);
    await this.vault.index.insert(this.type, [{ entityId: id, entries }]);
    await this.vault.reportWrite({
      kind: 'create',
      uid: DATA_SUBJECT,
      id,
      documentId,
      subject: documentId,
      keyName: key.name,
      after: values,
    });
    return { id, documentId, keyName: key.name };
  }

  /** The same by column, for rows that are written below Strapi. */
  emailColumns(email: string | null): Record<string, string | null> {
    const { emailKey: odd = null, emailKeyEven: even = null } = this.emailKeys(email);
    return { [EMAIL_KEY.columns.odd]: odd, [EMAIL_KEY.columns.even]: even };
  }

  newDocumentId(): string {
    const attribute = this.strapi.db.metadata.get(DATA_SUBJECT).attributes['documentId'];
    const make: unknown = attribute !== undefined && 'default' in attribute ? attribute.default : undefined;
    return String((make as () => unknown)());
  }

  private get type(): ProtectedType {
    const type = this.vault.types.get(DATA_SUBJECT);
    if (type === undefined) throw new Error('Data subjects are not a protected type.');
    return type;
  }
}

/**
 * The unique index on the keyed hash of the address, which lets the database itself decide who was first. Odd and even
 * generations of the index key have a column each, so that both hold while the key is rotated.
 */
export const EMAIL_KEY: KeyedColumn = {
  uid: DATA_SUBJECT,
  columns: { odd: 'email_key', even: 'email_key_even' },
  value: (values, tokens) => emailKey(values, tokens),
};
const ATTRIBUTE = { odd: 'emailKey', even: 'emailKeyEven' } as const;

function emailKey(values: Readonly<Record<string, unknown>>, tokens: GenerationTokens): string | null {
  const email = typeof values['email'] === 'string' ? normaliseEmail(values['email']) : null;
  return email === null ? null : tokens.token(DATA_SUBJECT, 'email', 'unique', email).toString('hex');
}

function parityOf({ generation }: GenerationTokens): 'odd' | 'even' {
  return generation % 2 === 1 ? 'odd' : 'even';
}

interface SubjectRow {
  readonly id: number;
  readonly document_id: string;
}
