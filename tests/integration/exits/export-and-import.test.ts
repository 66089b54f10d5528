import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { apiToken } from '../../support/accounts';
import { dumpDatabase } from '../../support/dump';
import { failureOf } from '../../support/failure';
import { addTypes, MARKED, markersIn, MEETING, SAMPLE, SAMPLE_TYPES } from '../../support/sample-types';
import { CONTACT, DATA_SUBJECT, startStrapi, type TestStrapi } from '../../support/strapi';
import { exportTo, importFrom } from '../../support/transfer';

const REGISTRATION = 'api::registration.registration';
const masterKey = randomBytes(32).toString('base64');
const folder = mkdtempSync(path.join(tmpdir(), 'gdpr-crm-export-'));
const archive = (): string => path.join(folder, 'plain.tar');
const encrypted = (): string => path.join(folder, 'encrypted.tar.enc');
const keyFile = path.join(folder, 'keys.jsonl');

let app: TestStrapi;
const start = () =>
  startStrapi({
    env: { GDPR_MASTER_KEY: masterKey },
    prepare: (strapi) => addTypes(strapi, SAMPLE_TYPES),
  });
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
const vault = (): any => app.strapi.plugin('gdpr').service<any>('vault').of();

const keyTransfer = (): any => app.strapi.plugin('gdpr').service<any>('vault').keyTransfer();

const email = 'zebediah@marker.example';
let contactId = '';
let sampleId = '';

describe('the source', () => {
  test('an archive holds sealed records and nothing of a person, encrypted or not', async () => {
    app = await start();
    ({ documentId: contactId } = await documents(CONTACT).create({
      data: { email, lastName: 'Zebediah', company: 'Plain Ltd', notes: 'Zebediah notes' },
    }));
    ({ documentId: sampleId } = await documents(SAMPLE).create({
      data: { ...MARKED, address: email, label: 'plain label' },
      status: 'published',
    }));
    await documents(SAMPLE).update({ documentId: sampleId, data: { text: 'Zebediah draft' } });
    await documents(MEETING).create({ data: { title: 'Monday', contact: contactId, samples: [sampleId] } });
    await documents(REGISTRATION).create({
      data: {
        event: 'Fair',
        name: 'Zebediah',
        email,
        address: { street: 'Zebediah Street 7', city: 'Marker' },
      },
    });
    await app
      .http()
      .post('/api/gdpr/subscriptions')
      .send({ email, purposes: ['newsletter'] });
    await app.drain();

    await exportTo(app.strapi, path.join(folder, 'plain'));
    await exportTo(app.strapi, path.join(folder, 'encrypted'), 'a passphrase');
    const text = readFileSync(archive(), 'latin1');
    expect(text).toContain('plain label');
    expect(text).toContain('"sealed":"');
    expect(markersIn(text)).toEqual([]);
    expect(markersIn(readFileSync(encrypted(), 'latin1'))).toEqual([]);
    const entities = text.match(/\{"type":"[^"]+","id":\d+,"data":.*"sealed":".*\}/g) ?? [];
    expect(entities.length).toBeGreaterThan(5);
    for (const line of entities) {
      const { type, data } = JSON.parse(line);
      const { names } = vault().types.get(type);
      for (const name of names) expect([type, name, data[name] ?? null]).toEqual([type, name, null]);
    }
  });

  test('keys leave by a command of their own, wrapped, into a file that only its owner reads', async () => {
    expect(await keyTransfer().exportTo(keyFile)).toBeGreaterThan(0);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const text = readFileSync(keyFile, 'utf8');
    expect(markersIn(text)).toEqual([]);
    expect(text.trim().split('\n').length).toBe(
      2 + Number((await app.knex('gdpr_data_keys').count({ n: '*' }))[0]?.['n']),
    );
    expect(await failureOf(keyTransfer().exportTo(keyFile))).toMatch('exists already');
    await app.stop();
  });
});

describe('an empty instance with the same key-encryption key', () => {
  test('without the data keys, an import is complete and unreadable: single reads say why, lists show NULLs', async () => {
    app = await start();
    await importFrom(app.strapi, archive());
    expect(await documents(CONTACT).findMany({})).toEqual([
      expect.objectContaining({ company: 'Plain Ltd', email: null }),
    ]);
    expect(await failureOf(documents(CONTACT).findOne({ documentId: contactId }))).toMatch(
      'names a data key that is not in the key store',
    );
  });

  test('with them it is readable, searchable, unique and one person again', async () => {
    const { added, known } = await keyTransfer().importFrom(keyFile);
    expect([added > 0, known]).toEqual([true, 0]);
    await expectWhole();
    await app.stop();
  });

  test('in the other order, too: rows are indexed as they come in', async () => {
    app = await start();
    await keyTransfer().importFrom(keyFile);
    await importFrom(app.strapi, encrypted(), { key: 'a passphrase' });
    await expectWhole();
  });

  test('a second import replaces what is there, leaves no stray token, and adds to the consent ledger only what it lacks', async () => {
    const count = async (): Promise<number> =>
      Number((await app.knex('gdpr_blind_index').count({ n: '*' }))[0]?.['n']);
    const before = await count();
    const ledger = await app.knex('gdpr_consent_records').select('*').orderBy('id');
    expect(ledger.length).toBeGreaterThan(0);
    await importFrom(app.strapi, archive());
    expect(await count()).toBe(before);
    expect(await app.knex('gdpr_consent_records').select('*').orderBy('id')).toEqual(ledger);
    await expectWhole();
  });

  test('what a start finds missing from the index is brought into it in the background', async () => {
    await app.knex('gdpr_blind_index').delete();
    await app.knex('gdpr_unique_values').delete();
    expect(await documents(CONTACT).count({ filters: { email } })).toBe(0);
    await app.restart();
    await app.drain();
    await expectWhole();
  });

  test('nothing is in clear there, in any table or file', async () => {
    expect(markersIn(await dumpDatabase(app))).toEqual([]);
  });
});

describe('erasure', () => {
  test('a key that was destroyed here does not come back with a file from before', async () => {
    const [{ dataSubject }] = await documents(CONTACT).findMany({ populate: { dataSubject: true } });
    expect(await vault().keys.destroyOf(dataSubject.documentId)).toBeGreaterThan(0);
    expect(await keyTransfer().importFrom(keyFile)).toMatchObject({ added: 0, destroyed: 0 });
    await importFrom(app.strapi, archive());
    expect(await documents(CONTACT).findOne({ documentId: contactId })).toMatchObject({
      company: 'Plain Ltd',
      email: null,
    });
    expect(markersIn(JSON.stringify(await documents(SAMPLE).findMany({})))).toEqual([]);
  });

  test('that it was destroyed travels with the next file', async () => {
    const later = path.join(folder, 'later.jsonl');
    await keyTransfer().exportTo(later);
    await app.stop();
    app = await start();
    await keyTransfer().importFrom(keyFile);
    expect((await keyTransfer().importFrom(later)).destroyed).toBeGreaterThan(0);
    await importFrom(app.strapi, archive());
    expect(await documents(CONTACT).findOne({ documentId: contactId })).toMatchObject({ email: null });
  });
});

describe('a file that is not as it was written is refused as a whole', () => {
  const keys = (): Promise<number> =>
    app
      .knex('gdpr_data_keys')
      .count({ n: '*' })
      .then(([row]) => Number(row?.['n']));

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    ['cut off', (lines) => lines.slice(0, -1), /cut off/],
    ['short of a key', (lines) => [...lines.slice(0, 1), ...lines.slice(2)], /cut off/],
    ['another format', (lines) => lines.slice(1), /does not begin/],
    ['not JSON', (lines) => [lines[0] ?? '', 'rubbish', ...lines.slice(1)], /line 2 is no key/],
    [
      'one wrapped key in place of another',
      ([head = '', one = '{}', two = '{}', ...rest]) => [
        head,
        JSON.stringify({ ...JSON.parse(one), wrapped: JSON.parse(two).wrapped }),
        two,
        ...rest,
      ],
      /does not unwrap/,
    ],
    [
      'under an unknown key-encryption key',
      ([head = '', one = '{}', ...rest]) => [
        head,
        JSON.stringify({ ...JSON.parse(one), kekId: 'local-other' }),
        ...rest,
      ],
      /GDPR_MASTER_KEY/,
    ],
  ])('%s', async (_name, change, sentence) => {
    const before = await keys();
    const forged = path.join(folder, 'forged.jsonl');
    const lines = readFileSync(keyFile, 'utf8').trim().split('\n');
    writeFileSync(forged, `${change(lines).join('\n')}\n`);
    expect(await failureOf(keyTransfer().importFrom(forged))).toMatch(sentence);
    expect(await keys()).toBe(before);
  });
});

async function expectWhole(): Promise<void> {
  const person = { email, lastName: 'Zebediah', notes: 'Zebediah notes', company: 'Plain Ltd' };
  expect(
    await documents(CONTACT).findOne({ documentId: contactId, populate: { dataSubject: true } }),
  ).toMatchObject({
    ...person,
    dataSubject: { email },
  });
  expect(await documents(SAMPLE).findOne({ documentId: sampleId, status: 'published' })).toMatchObject({
    ...MARKED,
    address: email,
  });
  expect(await documents(SAMPLE).findOne({ documentId: sampleId })).toMatchObject({ text: 'Zebediah draft' });
  expect(await documents(SAMPLE).count({ filters: { text: { $contains: 'diah dra' } } })).toBe(1);
  expect(await documents(MEETING).count({ filters: { contact: { email } } })).toBe(1);
  const [registration] = await documents(REGISTRATION).findMany({
    filters: { name: { $startsWith: 'Zeb' } },
    populate: '*',
  });
  expect(registration).toMatchObject({ email, address: { street: 'Zebediah Street 7' } });
  // The same address is the same person: the hash by which that is found is made with this instance's own key.
  const other = await documents(CONTACT).create({ data: { email }, populate: { dataSubject: true } });
  expect(await documents(DATA_SUBJECT).count({})).toBe(1);
  expect(other.dataSubject.email).toBe(email);
  await documents(CONTACT).delete({ documentId: other.documentId });
  const token = await apiToken(app, 'full-access');
  const { body } = await app
    .http()
    .get('/api/registrations')
    .query({ 'filters[email][$eq]': email })
    .set(token);
  expect(body.data).toHaveLength(1);
}
