import type { Core } from '@strapi/types';

import { insertMissingRows, readCommitted, tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';
import {
  DataKey,
  type EmailSubjectBatchResolver,
  insertTokensIfAbsent,
  type ProtectedType,
  relatedId,
  type SubjectAnswer,
  type SubjectQuestion,
  type Vault,
} from '../vault';

import { DATA_SUBJECT, DataSubjects } from './data-subjects';
import { normaliseEmail } from '../platform/email-address';

const RELATION = 'dataSubject';

interface SubjectRow {
  readonly id: number;
  readonly document_id: string;
  /** The keyed address in the generation of the index that serves. */
  readonly key: string | null;
}

/**
 * The resolver of subject-by-email.ts for a table that is taken into the vault: a thousand records at a time, each of
 * which nobody's key holds yet. One address stays one data subject, within a batch and against writers beside it: the
 * unique index on the keyed address decides.
 */
export function createEmailBatchResolver(strapi: Core.Strapi, vault: Vault): EmailSubjectBatchResolver {
  const subjects = new DataSubjects(strapi);

  return async (questions, attribute) => {
    const isLinked = questions.some(
      ({ type }) => vault.types.relationsOf(type.uid).get(RELATION) === DATA_SUBJECT,
    );
    const chosen = isLinked ? await subjectsById(strapi, vault, questions) : new Map<number, string>();
    const emails = questions.map(({ values }) => addressIn(values[attribute]));
    const wanted = emails.filter((email) => email !== null);
    const byKey = await ensureMany(strapi, vault, subjects, wanted);
    const anonymous = new Map<string, SubjectAnswer>();
    const answers: SubjectAnswer[] = [];
    for (const [at, question] of questions.entries()) {
      const link = isLinked ? relatedId(question.data[RELATION]) : null;
      const named = link === null ? undefined : chosen.get(link);
      const email = emails[at] ?? null;
      if (named !== undefined) answers.push({ subject: named });
      else if (email !== null)
        answers.push(linkTo(byKey.get(subjects.servingEmailKey(email).key ?? ''), isLinked));
      else if (!isLinked) answers.push({ subject: null });
      else {
        // The versions of one document are one person.
        const known = anonymous.get(question.documentId);
        const made = known ?? linkTo(await anonymousSubject(subjects), true);
        anonymous.set(question.documentId, made);
        answers.push(made);
      }
    }
    return answers;
  };
}

async function anonymousSubject(subjects: DataSubjects): Promise<SubjectRow> {
  const { id, documentId } = await subjects.createAnonymous();
  return { id, document_id: documentId, key: null };
}

function linkTo(subject: SubjectRow | undefined, isLinked: boolean): SubjectAnswer {
  if (subject === undefined)
    throw new Error('A data subject was created and deleted again at the same moment.');
  return { subject: subject.document_id, ...(isLinked ? { assign: { [RELATION]: subject.id } } : {}) };
}

function addressIn(value: unknown): string | null {
  return typeof value === 'string' ? normaliseEmail(value) : null;
}

/** The data subjects that records are linked to already, by row. */
async function subjectsById(
  strapi: Core.Strapi,
  vault: Vault,
  questions: readonly SubjectQuestion[],
): Promise<ReadonlyMap<number, string>> {
  const ids = new Set(questions.map(({ data }) => relatedId(data[RELATION])).filter((id) => id !== null));
  const found = new Map<number, string>();
  for (const part of chunk([...ids])) {
    const from = await tables(strapi);
    const rows = (await from(subjectType(vault).table)
      .select('id', 'document_id')
      .whereIn('id', part)) as SubjectRow[];
    for (const { id, document_id: documentId } of rows) found.set(id, documentId);
  }
  return found;
}

/** Finds the data subjects of these normalised addresses, and makes those that are missing; by their email key. */
async function ensureMany(
  strapi: Core.Strapi,
  vault: Vault,
  subjects: DataSubjects,
  emails: readonly string[],
): Promise<ReadonlyMap<string, SubjectRow>> {
  await vault.index.hold();
  const byKey = new Map(emails.map((email) => [subjects.servingEmailKey(email).key ?? '', email]));
  const found = await rowsByKey(strapi, vault, subjects, [...byKey.keys()], false);
  // Always in one order: two that insert the same addresses then wait for each other and do not deadlock.
  const missing = [...byKey].filter(([key]) => !found.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (missing.length === 0) return found;

  const type = subjectType(vault);
  const now = new Date();
  const made = missing.map(([emailKey, email]) => {
    const documentId = subjects.newDocumentId();
    const key = DataKey.generate(documentId);
    const { sealed, entries } = vault.writer.sealUnder(type, documentId, { email }, key);
    const row = {
      document_id: documentId,
      ...subjects.emailColumns(email),
      sealed,
      created_at: now,
      updated_at: now,
      published_at: now,
    };
    return { key, entries, row, emailKey };
  });
  await insertMissingRows(
    strapi,
    type.table,
    made.map(({ row }) => row),
  );
  const stored = await rowsByKey(
    strapi,
    vault,
    subjects,
    missing.map(([key]) => key),
    true,
  );
  const mine = made.filter(({ row, key, emailKey }) => {
    const isMine = stored.get(emailKey)?.document_id === row.document_id;
    if (!isMine) key.wipe();
    return isMine;
  });
  await vault.keys.storeMany(mine.map(({ key }) => key));
  await insertTokensIfAbsent(
    strapi,
    mine.flatMap(({ emailKey, entries }) => {
      const id = stored.get(emailKey)?.id ?? -1;
      return entries.tokens.map(({ scope, token }) => ({ scope, token, entity_id: id }));
    }),
  );
  return new Map([...found, ...stored]);
}

async function rowsByKey(
  strapi: Core.Strapi,
  vault: Vault,
  subjects: DataSubjects,
  keys: readonly string[],
  afterInsert: boolean,
): Promise<Map<string, SubjectRow>> {
  const found = new Map<string, SubjectRow>();
  for (const part of chunk(keys)) {
    const from = await tables(strapi);
    const { column } = subjects.servingEmailKey('');
    const query = from(subjectType(vault).table)
      .select('id', 'document_id', `${column} as key`)
      .whereIn(column, part);
    const rows = (await (afterInsert ? readCommitted(strapi, query) : query)) as SubjectRow[];
    for (const row of rows) if (row.key !== null) found.set(row.key, row);
  }
  return found;
}

function subjectType(vault: Vault): ProtectedType {
  const type = vault.types.get(DATA_SUBJECT);
  if (type === undefined) throw new Error('Data subjects are not a protected type.');
  return type;
}
