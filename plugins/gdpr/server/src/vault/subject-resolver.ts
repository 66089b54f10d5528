import type { Core } from '@strapi/types';

import { tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';

import { DESTROYED, type DataKeys } from './data-keys';
import type { KeyName } from './envelope';
import { type ProtectedType, type ProtectedTypes, SEALED } from './protected-types';
import { keyNameOf, type ProtectedValues } from './record-sealer';

/** A record on its way into the database. */
export interface SubjectQuestion {
  readonly type: Pick<ProtectedType, 'uid' | 'subject'>;
  readonly documentId: string;
  /** The protected attributes as they will be. */
  readonly values: ProtectedValues;
  /** What the caller writes, protected or not. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The protected attributes as they were, and whose record it was; `null` for a new record. */
  readonly before: { readonly values: ProtectedValues; readonly subject: string | null } | null;
}

export interface SubjectAnswer {
  /** `documentId` of the data subject; `null` when the record belongs to nobody. */
  readonly subject: string | null;
  /** The name of the subject's key, when whoever answers has just made it. */
  readonly keyName?: KeyName;
  /** A data subject that is being created right now, and so has no key to look for. */
  readonly isNew?: boolean;
  /** Further attributes to write, such as the relation to the data subject. */
  readonly assign?: Readonly<Record<string, unknown>>;
}

/** Answers whose data a record is, for types annotated with `subject: {email}`. The people room registers it. */
export type EmailSubjectResolver = (question: SubjectQuestion, attribute: string) => Promise<SubjectAnswer>;

/** The same for many records of one type at once, each new to the vault; answers in the order of the questions. */
export type EmailSubjectBatchResolver = (
  questions: readonly SubjectQuestion[],
  attribute: string,
) => Promise<readonly SubjectAnswer[]>;

/** What a data subject's own row gets besides its sealed attributes. The people room registers it. */
export type SelfAssigner = (question: SubjectQuestion) => Readonly<Record<string, unknown>>;

/** Works out whose data a record is, and with that under which key it is sealed. */
export class SubjectResolver {
  private byEmail: EmailSubjectResolver = () => Promise.resolve({ subject: null });
  private byEmails: EmailSubjectBatchResolver = (questions) =>
    Promise.resolve(questions.map(() => ({ subject: null })));
  /** Whether a value is an e-mail address that a data subject can be found by. */
  isAddress: (value: unknown) => boolean = () => false;
  private ofSelf: SelfAssigner = () => ({});

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly types: ProtectedTypes,
    private readonly keys: DataKeys,
  ) {}

  registerEmailResolver(resolver: EmailSubjectResolver): void {
    this.byEmail = resolver;
  }

  /** @param isAddress whether a value names a person at all: the resolver answers nobody for anything else */
  registerEmailBatchResolver(
    resolver: EmailSubjectBatchResolver,
    isAddress: (value: unknown) => boolean,
  ): void {
    this.byEmails = resolver;
    this.isAddress = isAddress;
  }

  registerSelfAssigner(assigner: SelfAssigner): void {
    this.ofSelf = assigner;
  }

  async resolve(question: SubjectQuestion): Promise<SubjectAnswer> {
    const { type, documentId, data, before } = question;
    const annotation = type.subject;
    if (annotation === null) return { subject: before?.subject ?? null };
    if ('self' in annotation)
      return { subject: documentId, isNew: before === null, assign: this.ofSelf(question) };
    if ('email' in annotation) return this.byEmail(question, annotation.email);
    if ('id' in annotation) {
      const subject = data[annotation.id];
      return { subject: typeof subject === 'string' && subject !== '' ? subject : (before?.subject ?? null) };
    }
    if (!(annotation.via in data)) return { subject: before?.subject ?? null };
    return { subject: await this.ofRelated(type, annotation.via, data[annotation.via]) };
  }

  /** Like {@link resolve}, for many records of one type that nobody's key holds yet. */
  async resolveMany(
    type: ProtectedType,
    questions: readonly SubjectQuestion[],
  ): Promise<readonly SubjectAnswer[]> {
    const annotation = type.subject;
    if (annotation !== null && 'email' in annotation) return this.byEmails(questions, annotation.email);
    if (annotation === null || !('via' in annotation)) {
      const answers: SubjectAnswer[] = [];
      for (const question of questions) answers.push(await this.resolve(question));
      return answers;
    }
    const ids = questions.map(({ data }) => relatedId(data[annotation.via]));
    const owners = await this.ofRelatedRows(
      type,
      annotation.via,
      ids.filter((id) => id !== null),
    );
    return ids.map((id) => ({ subject: id === null ? null : (owners.get(id) ?? null) }));
  }

  /** The data subjects of the records that a relation leads to, by row. */
  private async ofRelatedRows(
    type: ProtectedType,
    relation: string,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, string | null>> {
    const target = this.types.relationsOf(type.uid).get(relation);
    const related = typeof target === 'string' ? this.types.get(target) : undefined;
    const owners = new Map<number, string | null>();
    if (related === undefined) return owners;
    for (const part of chunk([...new Set(ids)])) {
      const from = await tables(this.strapi);
      const rows = (await from(related.table).select('id', SEALED).whereIn('id', part)) as {
        id: number;
        sealed: string | null;
      }[];
      const names = new Map(
        rows.map(({ id, sealed }) => [id, sealed === null ? null : keyNameOf(sealed)] as const),
      );
      const keys = await this.keys.load([...names.values()].filter((name) => name !== null));
      for (const [id, name] of names) {
        const key = name === null ? undefined : keys.get(name);
        owners.set(id, key === undefined || key === DESTROYED ? null : key.subject);
      }
    }
    return owners;
  }

  /** The data subject of the record that a relation leads to: the one its key belongs to. */
  private async ofRelated(
    type: SubjectQuestion['type'],
    relation: string,
    value: unknown,
  ): Promise<string | null> {
    const target = this.types.relationsOf(type.uid).get(relation);
    const related = typeof target === 'string' ? this.types.get(target) : undefined;
    const id = relatedId(value);
    if (related === undefined || id === null) return null;
    const from = await tables(this.strapi);
    const row = (await from(related.table).select(SEALED).where({ id }).first()) as
      { sealed: string | null } | undefined;
    const name = typeof row?.sealed === 'string' ? keyNameOf(row.sealed) : null;
    if (name === null) return null;
    const key = (await this.keys.load([name])).get(name);
    return key === undefined || key === DESTROYED ? null : key.subject;
  }
}

/** The row a to-one relation points at, in any of the forms Strapi's database layer takes. */
export function relatedId(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  if (Array.isArray(value)) return relatedId(value.at(-1));
  if (typeof value !== 'object' || value === null) return null;
  if ('id' in value) return relatedId(value.id);
  if ('set' in value) return relatedId(value.set);
  if ('connect' in value) return relatedId(value.connect);
  return null;
}
