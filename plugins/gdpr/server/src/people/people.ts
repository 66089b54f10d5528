import type { Core } from '@strapi/types';

import { inTransaction, lockRows, tables } from '../platform/database/connection';
import { conflict, notFound } from '../platform/errors';
import type { Language } from '../platform/languages';

import { type DataSubjectRef, DataSubjects } from './data-subjects';

export const LEAD = 'plugin::gdpr.lead';
export const CONTACT = 'plugin::gdpr.contact';

export interface RecordRef {
  readonly id: number;
  readonly documentId: string;
}

/**
 * The data subject with this e-mail address, created when nobody has it yet. Safe to call in parallel: one address
 * is one data subject. Joins the transaction that is running.
 */
export function ensureDataSubject(strapi: Core.Strapi, email: string): Promise<DataSubjectRef> {
  return new DataSubjects(strapi).ensure(email);
}

/** Lets one transaction at a time deal with a person; the others wait until it has ended. */
export function lockDataSubject(strapi: Core.Strapi, subject: DataSubjectRef): Promise<void> {
  return new DataSubjects(strapi).lock(subject);
}

/** The data subject with this e-mail address, in any spelling, or `null`. */
export function findDataSubject(strapi: Core.Strapi, email: string): Promise<DataSubjectRef | null> {
  return new DataSubjects(strapi).find(email);
}

/**
 * The contact of a data subject, created from what the person said when there is none. An existing contact is left
 * as it is: a public form must not overwrite what an editor wrote.
 */
export async function ensureContact(
  strapi: Core.Strapi,
  person: {
    readonly email: string;
    readonly firstName?: string;
    readonly lastName?: string;
    readonly preferredLanguage?: string;
    readonly source?: string;
  },
): Promise<RecordRef & { readonly created: boolean }> {
  return inTransaction(strapi, async () => {
    const subjects = new DataSubjects(strapi);
    const subject = await subjects.ensure(person.email);
    // So that two confirmations at once make one contact.
    await subjects.lock(subject);
    const contacts = strapi.db.query(CONTACT);
    const [existing] = (await contacts.findMany({
      where: { dataSubject: { id: subject.id } },
      select: ['id', 'documentId'],
      orderBy: { id: 'asc' },
      limit: 1,
    })) as RecordRef[];
    if (existing !== undefined) return { id: existing.id, documentId: existing.documentId, created: false };
    const created = await strapi.documents(CONTACT).create({ data: { ...person } as never });
    return { id: Number(created.id), documentId: created.documentId, created: true };
  });
}

/** Writes down in which language a person wants to be spoken to: theirs to say, also where an editor said otherwise. */
export async function preferLanguage(
  strapi: Core.Strapi,
  subjectId: string,
  language: Language,
): Promise<void> {
  const contacts = (await strapi.db.query(CONTACT).findMany({
    where: { dataSubject: { documentId: subjectId } },
    select: ['id', 'documentId', 'preferredLanguage'],
  })) as (RecordRef & { readonly preferredLanguage: string | null })[];
  for (const { documentId, preferredLanguage } of contacts) {
    if (preferredLanguage === language) continue;
    await strapi.documents(CONTACT).update({ documentId, data: { preferredLanguage: language } as never });
  }
}

/** What a lead hands on to the contact it becomes. */
const CARRIED_OVER = [
  'firstName',
  'lastName',
  'email',
  'phone',
  'company',
  'jobTitle',
  'source',
  'country',
  'preferredLanguage',
] as const;

/**
 * Turns a lead into a contact of the same data subject. The lead stays, marked as converted and tied to the contact;
 * its message becomes the contact's notes.
 *
 * @throws 404 when there is no such lead, 409 `already-converted` the second time
 */
export async function convertLead(strapi: Core.Strapi, documentId: string): Promise<{ documentId: string }> {
  return inTransaction(strapi, async () => {
    // Two people who convert the same lead at once: the second waits here, and finds it converted.
    const from = await tables(strapi);
    const { tableName } = strapi.db.metadata.get(LEAD);
    await lockRows(strapi, from(tableName).select('id').where({ document_id: documentId }).first());
    const lead = (await strapi.db.query(LEAD).findOne({
      where: { documentId },
      populate: { dataSubject: { select: ['id'] }, convertedContact: { select: ['id'] } },
    })) as Record<string, unknown> | null;
    if (lead === null) throw notFound('request-invalid', 'There is no lead with this documentId.');
    if (lead['convertedContact'] !== null || lead['leadStatus'] === 'converted') {
      throw conflict('already-converted', 'This lead has already been converted into a contact.');
    }
    const subject = lead['dataSubject'] as { id: number } | null;
    const values = Object.fromEntries(CARRIED_OVER.map((name) => [name, lead[name] ?? null]));
    const contact = (await strapi.db.query(CONTACT).create({
      data: {
        ...values,
        notes: lead['message'] ?? null,
        ...(subject === null ? {} : { dataSubject: subject.id }),
      },
    })) as RecordRef;
    await strapi.db.query(LEAD).update({
      where: { documentId },
      data: { leadStatus: 'converted', convertedContact: contact.id },
    });
    return { documentId: contact.documentId };
  });
}
