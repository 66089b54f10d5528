import type { Core } from '@strapi/strapi';

import { signInAdmin } from '../../support/accounts';
import { failureOf } from '../../support/failure';
import { CONTACT, DATA_SUBJECT, pluginService, startStrapi, type TestStrapi } from '../../support/strapi';
import { addContentType, beforeRegister } from '../../support/twin.mjs';

let app: TestStrapi;

const personal = (search = 'none', more: object = {}): object => ({
  pluginOptions: { gdpr: { personalData: { category: 'pd:Name', search, ...more } } },
});
const NOTE = 'api::note.note';
const SIGNATURE = 'api::signature.signature';
const DIARY = 'api::diary.diary';
const OFFICER = 'api::officer.officer';

function addTypes(strapi: Core.Strapi): void {
  beforeRegister(strapi, () => {
    addContentType(strapi, 'note', {
      pluginOptions: { gdpr: { subject: { via: 'contact' } } },
      attributes: {
        text: { type: 'text', ...personal() },
        contact: { type: 'relation', relation: 'manyToOne', target: CONTACT },
      },
    });
    addContentType(strapi, 'signature', {
      pluginOptions: { gdpr: { subject: { id: 'person' } } },
      attributes: { person: { type: 'string' }, ink: { type: 'string', ...personal('exact') } },
    });
    addContentType(strapi, 'diary', {
      attributes: {
        entry: { type: 'richtext', ...personal('substring') },
        mood: { type: 'string', ...personal('none', { encrypted: false }) },
      },
    });
    addContentType(strapi, 'officer', {
      kind: 'singleType',
      pluginOptions: { gdpr: { subject: { email: 'email' } } },
      attributes: { name: { type: 'string', ...personal('exact') }, email: { type: 'email', ...personal() } },
    });
  });
}

beforeAll(async () => {
  app = await startStrapi({ prepare: addTypes });
});
afterAll(async () => {
  await app.stop();
});

const documents = (uid: string): any => app.strapi.documents(uid as never);

/** Whose key a stored record is sealed under: the documentId of a data subject, or `null`. */
async function ownerOf(table: string, documentId: string): Promise<{ subject: string | null; key: string }> {
  const { sealed } = await app.knex(table).where({ document_id: documentId }).first();
  const name = Buffer.from(sealed, 'base64').toString('latin1', 2, 34);
  const { keys } = pluginService(app, 'vault').of();
  return { subject: (await keys.load([name])).get(name).subject, key: name };
}

test('a record belongs to the person behind its owning relation', async () => {
  const contact = await documents(CONTACT).create({
    data: { email: 'via@marker.example', firstName: 'Via' },
  });
  const note = await documents(NOTE).create({ data: { text: 'Called', contact: contact.documentId } });
  const subject = await app.strapi.db.query(DATA_SUBJECT).findOne({ where: { email: 'via@marker.example' } });
  expect((await ownerOf('note', note.documentId)).subject).toBe(subject.documentId);
  const read = await documents(NOTE).findOne({ documentId: note.documentId, populate: ['contact'] });
  expect(read).toMatchObject({ text: 'Called', contact: { firstName: 'Via' } });
});

test('a record belongs to the data subject that it names', async () => {
  const subject = await app.strapi.db.query(DATA_SUBJECT).findOne({});
  const { documentId } = await documents(SIGNATURE).create({
    data: { person: subject.documentId, ink: 'blue' },
  });
  expect((await ownerOf('signature', documentId)).subject).toBe(subject.documentId);
});

test('records that belong to nobody have a key each, and what is not encrypted stays in clear', async () => {
  const [one, other] = [
    await documents(DIARY).create({ data: { entry: 'Dear diary', mood: 'good' } }),
    await documents(DIARY).create({ data: { entry: 'Dear other', mood: 'bad' } }),
  ];
  const owners = [await ownerOf('diary', one.documentId), await ownerOf('diary', other.documentId)];
  expect(owners.map(({ subject }) => subject)).toEqual([null, null]);
  expect(new Set(owners.map(({ key }) => key)).size).toBe(2);
  expect(await app.knex('diary').select('entry', 'mood').orderBy('id')).toEqual([
    { entry: null, mood: 'good' },
    { entry: null, mood: 'bad' },
  ]);
  expect(
    await documents(DIARY).findMany({ filters: { entry: { $contains: 'diary' }, mood: 'good' } }),
  ).toHaveLength(1);
  expect(await documents(DIARY).findMany({ sort: 'mood:desc' })).toMatchObject([
    { mood: 'good' },
    { mood: 'bad' },
  ]);
});

test('a single type is sealed, and the content manager edits it', async () => {
  const admin = await signInAdmin(app);
  const url = `/content-manager/single-types/${OFFICER}`;
  const saved = await app
    .http()
    .put(url)
    .set(admin)
    .send({ name: 'Olga Marker', email: 'dpo@marker.example' });
  expect([saved.status, saved.body.data]).toEqual([200, expect.objectContaining({ name: 'Olga Marker' })]);
  expect(await app.knex('officer').first()).toMatchObject({ name: null, email: null });
  const changed = await app.http().put(url).set(admin).send({ name: 'Olga Changed' });
  expect(changed.body.data).toMatchObject({ name: 'Olga Changed', email: 'dpo@marker.example' });
  expect((await app.http().get(url).set(admin)).body.data).toMatchObject({ name: 'Olga Changed' });
});

test('mistakes in annotations stop the boot, and every one is named', async () => {
  await app.stop();
  const faulty = (strapi: Core.Strapi): void => {
    beforeRegister(strapi, () => {
      addContentType(strapi, 'faulty', {
        pluginOptions: { gdpr: { subject: { via: 'nowhere' } } },
        attributes: {
          name: { type: 'string', pluginOptions: { gdpr: { personalData: { category: 'Name' } } } },
          photo: { type: 'media', ...personal() },
          age: { type: 'integer', ...personal('substring') },
          sealed: { type: 'string', ...personal() },
        },
      });
    });
  };
  const failure = await failureOf(startStrapi({ prepare: faulty }));
  for (const part of [
    'api::faulty.faulty, attributes.name.pluginOptions.gdpr.personalData.category: must be a W3C DPV term',
    'attributes.photo.pluginOptions.gdpr: an attribute of type "media"',
    'attributes.age.pluginOptions.gdpr.personalData.search: "substring" needs a text attribute',
    'attributes.sealed: this name is taken',
    'pluginOptions.gdpr.subject: "nowhere" is not a relation',
  ])
    expect(failure).toContain(part);
  app = await startStrapi({ prepare: addTypes });
});
