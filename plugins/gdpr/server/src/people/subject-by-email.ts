import type { Core } from '@strapi/types';

import { tables } from '../platform/database/connection';
import {
  BLIND_INDEX,
  type EmailSubjectResolver,
  relatedId,
  type SubjectAnswer,
  type SubjectQuestion,
  type Vault,
} from '../vault';

import { DATA_SUBJECT, type DataSubjectRef, DataSubjects, type NewDataSubject } from './data-subjects';
import { normaliseEmail } from '../platform/email-address';

const RELATION = 'dataSubject';

/**
 * Decides whose data a record with an e-mail address is (design 4): the same address is the same data subject, until
 * someone says otherwise by setting the relation.
 *
 * When the address of a record changes to one that nobody has, it is still the same person, so the data subject gets
 * the new address; unless other records of that person keep the old one, because then they are two.
 */
export function createEmailResolver(strapi: Core.Strapi, vault: Vault): EmailSubjectResolver {
  const subjects = new DataSubjects(strapi);

  return async (question, attribute) => {
    const linked = hasRelation(vault, question);
    const chosen = linked ? await chosenSubject(subjects, question) : null;
    if (chosen !== null) return { subject: chosen.documentId };

    const email = addressIn(question.values, attribute);
    const before = question.before;
    if (email === null) {
      if (before?.subject !== null && before?.subject !== undefined) return { subject: before.subject };
      return linked ? answer(await subjects.createAnonymous(), linked) : { subject: null };
    }
    if (before === null || before.subject === null) return answer(await subjects.ensure(email), linked);
    if (addressIn(before.values, attribute) === email) return { subject: before.subject };

    const known = await subjects.find(email);
    if (known !== null) return answer(known, linked);
    const holders = await recordsOf(strapi, vault, before.subject);
    if (holders > 1) return answer(await subjects.ensure(email), linked);
    await strapi.db.query(DATA_SUBJECT).update({ where: { documentId: before.subject }, data: { email } });
    return { subject: before.subject };
  };
}

function answer(subject: DataSubjectRef | NewDataSubject, linked: boolean): SubjectAnswer {
  const key = 'keyName' in subject ? { keyName: subject.keyName } : {};
  return { subject: subject.documentId, ...key, ...(linked ? { assign: { [RELATION]: subject.id } } : {}) };
}

function hasRelation(vault: Vault, { type }: SubjectQuestion): boolean {
  return vault.types.relationsOf(type.uid).get(RELATION) === DATA_SUBJECT;
}

/** The data subject that the caller of this write named, if one. */
async function chosenSubject(
  subjects: DataSubjects,
  { data }: SubjectQuestion,
): Promise<DataSubjectRef | null> {
  const id = relatedId(data[RELATION]);
  return id === null ? null : subjects.byId(id);
}

function addressIn(values: Readonly<Record<string, unknown>>, attribute: string): string | null {
  const value = values[attribute];
  return typeof value === 'string' ? normaliseEmail(value) : null;
}

/** How many leads, contacts and annotated records with an address of their own a data subject has. */
async function recordsOf(strapi: Core.Strapi, vault: Vault, subject: string): Promise<number> {
  const tokens = vault.types
    .all()
    .filter(({ subject: annotation }) => annotation !== null && 'email' in annotation)
    .map((type) => vault.index.subjectToken(type, subject));
  const from = await tables(strapi);
  let count = 0;
  for (const { scope, token } of tokens) {
    const rows = (await from(BLIND_INDEX).select('entity_id').where({ scope, token }).limit(2)) as unknown[];
    count += rows.length;
  }
  return count;
}
