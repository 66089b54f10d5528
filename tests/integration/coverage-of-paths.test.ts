import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { apiToken, signInAdmin, signInWithRole } from '../support/accounts';
import { entriesSince, logSize } from '../support/audit';
import { addDossiers, DOSSIER } from '../support/dossier';
import { dumpDatabase } from '../support/dump';
import { CONTACT, DATA_SUBJECT, LEAD, ROOT, startStrapi, type TestStrapi } from '../support/strapi';
import { PLAINTEXT_MARKERS } from '../../scripts/plaintext-scan.mjs';

/**
 * Walks every way in which Strapi writes and reads a record, looks whether the vault holds there, and writes what it saw
 * to docs/coverage-of-paths.md. The test fails when a cell is not as it must be, and when the file is not what this
 * run has seen: `UPDATE_COVERAGE=1 npm test -- coverage-of-paths` writes it anew.
 */
const FILE = path.join(ROOT, 'docs', 'coverage-of-paths.md');

type Headers = Record<string, string>;

let app: TestStrapi;
let token: Headers;
let maskedToken: Headers;
let admin: Headers;
let maskedAdmin: Headers;
let turn = 0;

beforeAll(async () => {
  app = await startStrapi({ env: { GRAPHQL: 'true' }, prepare: addDossiers });
  const actions = (uid: string): string[] =>
    ['find', 'findOne', 'create', 'update', 'delete'].map((one) => `${uid}.${one}`);
  token = await apiToken(app, 'full-access');
  maskedToken = await apiToken(app, 'custom', [...actions(CONTACT), ...actions(LEAD)]);
  admin = await signInAdmin(app);
  maskedAdmin = await signInWithRole(app, [CONTACT, LEAD, DOSSIER, DATA_SUBJECT]);
});
afterAll(async () => {
  await app.stop();
});

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
const query = (uid: string) => app.strapi.db.query(uid) as any;
// Deprecated, and still there: plugins use it.
const entities = () => (app.strapi as any).entityService;
const http = (method: 'get' | 'post' | 'put' | 'delete', url: string, headers: Headers) =>
  app.http()[method](url).set(headers);
const graphql = async (text: string, headers: Headers): Promise<any> => {
  const { body } = await http('post', '/graphql', headers).send({ query: text });
  expect([text, body.errors]).toEqual([text, undefined]);
  return body.data;
};
const cm = (uid: string, rest = ''): string => `/content-manager/collection-types/${uid}${rest}`;

/** A surname that occurs nowhere else, and is a marker for the scan of files, too. */
const nextName = (): string => `Zebediah${String((turn += 1)).padStart(3, '0')}`;
const contact = (lastName: string): object => ({
  lastName,
  email: `${lastName.toLowerCase()}@marker.example`,
});
const dossier = (name: string): object => ({
  name,
  email: `${name.toLowerCase()}@marker.example`,
  address: { street: `${name} Street`, city: 'Köln' },
});

/** One record to work on. */
interface Subject {
  readonly uid: string;
  readonly documentId: string;
  readonly id: number;
  readonly name: string;
}
const attributeOf = (uid: string): string => (uid === DOSSIER ? 'name' : 'lastName');

async function existing(uid: string): Promise<Subject> {
  const name = nextName();
  const { documentId, id } = await documents(uid).create({
    data: uid === DOSSIER ? dossier(name) : contact(name),
  });
  return { uid, documentId, id, name };
}

interface Write {
  readonly path: string;
  readonly uid: string;
  /** Writes `to`, into a record that exists or a new one. @returns the documentId it wrote, or `null` when it is gone */
  readonly run: (of: Subject, to: string, headers: Headers) => Promise<string | null>;
  /** By whom it can be done over HTTP: then by somebody who sees masks, too. */
  readonly callers?: { readonly clear: () => Headers; readonly masked: () => Headers };
  /** The new value does not come from the caller. */
  readonly keepsName?: true;
}
interface Read {
  readonly path: string;
  readonly uid: string;
  readonly run: (of: Subject, headers: Headers) => Promise<unknown>;
  readonly callers?: { readonly clear: () => Headers; readonly masked: () => Headers };
  /** Nothing personal comes out of it, to nobody. */
  readonly isBare?: true;
}

const byToken = { clear: () => token, masked: () => maskedToken };
const byAdmin = { clear: () => admin, masked: () => maskedAdmin };

const WRITES: readonly Write[] = [
  {
    path: 'documents().create',
    uid: CONTACT,
    run: async (_of, to) => (await documents(CONTACT).create({ data: contact(to) })).documentId,
  },
  {
    path: 'documents().update',
    uid: CONTACT,
    run: async ({ documentId }, to) =>
      (await documents(CONTACT).update({ documentId, data: { lastName: to } })).documentId,
  },
  {
    path: 'documents().clone',
    uid: CONTACT,
    run: async ({ documentId }, to) =>
      (await documents(CONTACT).clone({ documentId, data: { lastName: to } })).documentId,
  },
  {
    path: 'documents().delete',
    uid: CONTACT,
    run: async ({ documentId }) => {
      await documents(CONTACT).delete({ documentId });
      return null;
    },
  },
  {
    path: 'documents().create with components',
    uid: DOSSIER,
    run: async (_of, to) => (await documents(DOSSIER).create({ data: dossier(to) })).documentId,
  },
  {
    path: 'documents().publish',
    uid: DOSSIER,
    keepsName: true,
    run: async ({ documentId }) => {
      await documents(DOSSIER).publish({ documentId });
      return documentId;
    },
  },
  {
    path: 'documents().unpublish',
    uid: DOSSIER,
    keepsName: true,
    run: async ({ documentId }) => {
      await documents(DOSSIER).publish({ documentId });
      await documents(DOSSIER).unpublish({ documentId });
      return documentId;
    },
  },
  {
    path: 'documents().discardDraft',
    uid: DOSSIER,
    keepsName: true,
    run: async ({ documentId }) => {
      await documents(DOSSIER).publish({ documentId });
      await documents(DOSSIER).discardDraft({ documentId });
      return documentId;
    },
  },
  {
    path: 'documents().update of a component',
    uid: DOSSIER,
    run: async ({ documentId }, to) =>
      (
        await documents(DOSSIER).update({
          documentId,
          data: { name: to, addresses: [{ street: `${to} Street` }] },
        })
      ).documentId,
  },
  {
    path: 'db.query().create',
    uid: CONTACT,
    run: async (_of, to) => (await query(CONTACT).create({ data: contact(to) })).documentId,
  },
  {
    path: 'db.query().createMany',
    uid: CONTACT,
    run: async (_of, to) => {
      const { ids } = await query(CONTACT).createMany({ data: [contact(to)] });
      return (await query(CONTACT).findOne({ where: { id: ids[0] } })).documentId;
    },
  },
  {
    path: 'db.query().update',
    uid: CONTACT,
    run: async ({ id }, to) =>
      (await query(CONTACT).update({ where: { id }, data: { lastName: to } })).documentId,
  },
  {
    path: 'db.query().updateMany',
    uid: CONTACT,
    run: async ({ id, documentId }, to) => {
      await query(CONTACT).updateMany({ where: { id }, data: { lastName: to } });
      return documentId;
    },
  },
  {
    path: 'db.query().delete',
    uid: CONTACT,
    run: async ({ id }) => {
      await query(CONTACT).delete({ where: { id } });
      return null;
    },
  },
  {
    path: 'db.query().deleteMany',
    uid: CONTACT,
    run: async ({ id }) => {
      await query(CONTACT).deleteMany({ where: { id } });
      return null;
    },
  },
  {
    path: 'entityService.create',
    uid: CONTACT,
    run: async (_of, to) => (await entities().create(CONTACT, { data: contact(to) })).documentId,
  },
  {
    path: 'entityService.update',
    uid: CONTACT,
    run: async ({ id }, to) => (await entities().update(CONTACT, id, { data: { lastName: to } })).documentId,
  },
  {
    path: 'REST POST',
    uid: CONTACT,
    callers: byToken,
    run: async (_of, to, headers) =>
      (await http('post', '/api/gdpr/contacts', headers).send({ data: contact(to) })).body.data.documentId,
  },
  {
    path: 'REST PUT',
    uid: CONTACT,
    callers: byToken,
    run: async ({ documentId }, to, headers) =>
      (await http('put', `/api/gdpr/contacts/${documentId}`, headers).send({ data: { lastName: to } })).body
        .data.documentId,
  },
  {
    path: 'REST DELETE',
    uid: CONTACT,
    callers: byToken,
    run: async ({ documentId }, _to, headers) => {
      expect((await http('delete', `/api/gdpr/contacts/${documentId}`, headers)).status).toBe(204);
      return null;
    },
  },
  {
    path: 'GraphQL create',
    uid: CONTACT,
    callers: byToken,
    run: async (_of, to, headers) =>
      (
        await graphql(
          `mutation { createGdprContact(data: { lastName: "${to}", email: "${to.toLowerCase()}@marker.example" }) { documentId } }`,
          headers,
        )
      ).createGdprContact.documentId,
  },
  {
    path: 'GraphQL update',
    uid: CONTACT,
    callers: byToken,
    run: async ({ documentId }, to, headers) =>
      (
        await graphql(
          `mutation { updateGdprContact(documentId: "${documentId}", data: { lastName: "${to}" }) { documentId } }`,
          headers,
        )
      ).updateGdprContact.documentId,
  },
  {
    path: 'content manager, create',
    uid: CONTACT,
    callers: byAdmin,
    run: async (_of, to, headers) =>
      (await http('post', cm(CONTACT), headers).send(contact(to))).body.data.documentId,
  },
  {
    path: 'content manager, save',
    uid: CONTACT,
    callers: byAdmin,
    run: async ({ documentId }, to, headers) =>
      (await http('put', cm(CONTACT, `/${documentId}`), headers).send({ lastName: to })).body.data.documentId,
  },
  {
    path: 'content manager, publish',
    uid: DOSSIER,
    callers: byAdmin,
    keepsName: true,
    run: async ({ documentId }, _to, headers) =>
      (await http('post', cm(DOSSIER, `/${documentId}/actions/publish`), headers).send({})).body.data
        .documentId,
  },
  {
    path: 'content manager, bulk publish',
    uid: DOSSIER,
    callers: byAdmin,
    keepsName: true,
    run: async ({ documentId }, _to, headers) => {
      expect(
        (await http('post', cm(DOSSIER, '/actions/bulkPublish'), headers).send({ documentIds: [documentId] }))
          .status,
      ).toBe(200);
      return documentId;
    },
  },
  {
    path: 'content manager, duplicate',
    uid: CONTACT,
    callers: byAdmin,
    run: async ({ documentId }, to, headers) =>
      (await http('post', cm(CONTACT, `/clone/${documentId}`), headers).send({ lastName: to })).body.data
        .documentId,
  },
  {
    path: 'content manager, bulk delete',
    uid: CONTACT,
    callers: byAdmin,
    run: async ({ documentId }, _to, headers) => {
      expect(
        (await http('post', cm(CONTACT, '/actions/bulkDelete'), headers).send({ documentIds: [documentId] }))
          .status,
      ).toBe(200);
      return null;
    },
  },
];

const READS: readonly Read[] = [
  {
    path: 'documents().findOne',
    uid: CONTACT,
    run: ({ documentId }) => documents(CONTACT).findOne({ documentId }),
  },
  {
    path: 'documents().findFirst',
    uid: CONTACT,
    run: ({ name }) => documents(CONTACT).findFirst({ filters: { lastName: name } }),
  },
  {
    path: 'documents().findMany',
    uid: CONTACT,
    run: ({ name }) => documents(CONTACT).findMany({ filters: { lastName: name } }),
  },
  {
    path: 'documents(), components',
    uid: DOSSIER,
    run: ({ documentId }) => documents(DOSSIER).findOne({ documentId, populate: ['address'] }),
  },
  {
    path: 'documents(), populated from a related type',
    uid: CONTACT,
    run: ({ documentId }) =>
      documents(DATA_SUBJECT).findMany({ filters: { contacts: { documentId } }, populate: ['contacts'] }),
  },
  { path: 'db.query().findOne', uid: CONTACT, run: ({ id }) => query(CONTACT).findOne({ where: { id } }) },
  {
    path: 'db.query().findMany, narrow select',
    uid: CONTACT,
    run: ({ id }) => query(CONTACT).findMany({ where: { id }, select: ['lastName'] }),
  },
  {
    path: 'db.query().findWithCount',
    uid: CONTACT,
    run: ({ id }) => query(CONTACT).findWithCount({ where: { id } }),
  },
  {
    path: 'db.query().findPage',
    uid: CONTACT,
    run: ({ name }) => query(CONTACT).findPage({ _q: name, page: 1, pageSize: 5 }),
  },
  {
    path: 'db.query().load',
    uid: CONTACT,
    run: async ({ documentId }) => {
      const [subject] = await query(DATA_SUBJECT).findMany({ where: { contacts: { documentId } } });
      return query(DATA_SUBJECT).load(subject, 'contacts');
    },
  },
  { path: 'entityService.findOne', uid: CONTACT, run: ({ id }) => entities().findOne(CONTACT, id) },
  {
    path: 'REST GET one',
    uid: CONTACT,
    callers: byToken,
    run: async ({ documentId }, headers) =>
      (await http('get', `/api/gdpr/contacts/${documentId}`, headers)).body,
  },
  {
    path: 'REST GET many',
    uid: CONTACT,
    callers: byToken,
    run: async ({ documentId }, headers) =>
      (await http('get', '/api/gdpr/contacts', headers).query({ 'filters[documentId]': documentId })).body,
  },
  {
    path: 'GraphQL, one',
    uid: CONTACT,
    callers: byToken,
    run: ({ documentId }, headers) =>
      graphql(`{ gdprContact(documentId: "${documentId}") { documentId lastName email } }`, headers),
  },
  {
    path: 'GraphQL, connection',
    uid: CONTACT,
    callers: byToken,
    run: ({ documentId }, headers) =>
      graphql(
        `{ gdprContacts_connection(filters: { documentId: { eq: "${documentId}" } }) { nodes { lastName email } pageInfo { total } } }`,
        headers,
      ),
  },
  {
    path: 'content manager, list',
    uid: CONTACT,
    callers: byAdmin,
    run: async ({ documentId }, headers) =>
      (await http('get', cm(CONTACT), headers).query({ 'filters[$and][0][documentId][$eq]': documentId }))
        .body,
  },
  {
    path: 'content manager, edit view',
    uid: CONTACT,
    callers: byAdmin,
    run: async ({ documentId }, headers) => (await http('get', cm(CONTACT, `/${documentId}`), headers)).body,
  },
  {
    path: 'content manager, edit view with components',
    uid: DOSSIER,
    callers: byAdmin,
    run: async ({ documentId }, headers) => (await http('get', cm(DOSSIER, `/${documentId}`), headers)).body,
  },
  {
    path: 'content manager, relations of a record',
    uid: CONTACT,
    callers: byAdmin,
    run: async ({ documentId }, headers) => {
      const [subject] = await documents(DATA_SUBJECT).findMany({ filters: { contacts: { documentId } } });
      return (
        await http(
          'get',
          `/content-manager/relations/${DATA_SUBJECT}/${String(subject.documentId)}/contacts`,
          headers,
        )
      ).body;
    },
  },
  {
    path: '`entry.*` events and webhooks',
    uid: CONTACT,
    isBare: true,
    run: async ({ documentId }) => {
      const seen: unknown[] = [];
      const listener = (event: unknown): void => void seen.push(event);
      app.strapi.eventHub.on('entry.update', listener as never);
      await documents(CONTACT).update({ documentId, data: { company: 'Changed' } });
      await new Promise((resolve) => setTimeout(resolve, 300));
      app.strapi.eventHub.off('entry.update', listener as never);
      expect(seen.length).toBeGreaterThan(0);
      return seen;
    },
  },
  {
    path: 'raw SQL, stream, `strapi export`',
    uid: CONTACT,
    isBare: true,
    run: async () => app.knex('gdpr_contacts').select('*'),
  },
];

const rows: string[][] = [];
const yes = (name: string, holds: boolean): string => {
  expect([name, holds]).toEqual([name, true]);
  return '✓';
};
const isAbout =
  (documentId: string, id: number) =>
  (entry: any): boolean =>
    JSON.stringify(entry).includes(documentId) ||
    (entry.records ?? []).some((set: any) => (set.ids as number[] | undefined)?.includes(id));

test.each(WRITES.map((write) => [write.path, write] as const))('%s', async (name, write) => {
  const attribute = attributeOf(write.uid);
  const begin = await logSize(app);
  const of = await existing(write.uid);
  const to = write.keepsName === true ? of.name : nextName();
  const written = await write.run(of, to, write.callers?.clear() ?? {});
  const isGone = written === null;
  const documentId = written ?? of.documentId;

  const sealed = !PLAINTEXT_MARKERS.test(await dumpDatabase(app));
  const read = await query(write.uid).findMany({ where: { documentId } });
  const found = await query(write.uid).findMany({ where: { [attribute]: isGone ? of.name : to } });
  const entries = await entriesSince(app, begin);
  const id = isGone ? of.id : (read[0]?.id ?? -1);
  const changes = entries.filter(({ action }) => !['read', 'schema', 'denied'].includes(action));

  let masked = '–';
  if (write.callers !== undefined && !isGone) {
    const other = await existing(write.uid);
    const next = write.keepsName === true ? other.name : nextName();
    await write.run(other, next, write.callers.masked());
    const stored = await query(write.uid).findMany({ where: { [attribute]: next } });
    const addresses = stored.map(({ email }: any) => String(email));
    // What somebody sends who sees masks is stored as it is, and no mask comes with it.
    masked = yes(
      `${name}: masked`,
      stored.length > 0 && !addresses.some((address: string) => address.includes('***')),
    );
  }
  rows.push([
    'write',
    name,
    yes(`${name}: sealed`, sealed),
    yes(
      `${name}: opened`,
      isGone ? read.length === 0 : read.every((record: any) => record[attribute] === to),
    ),
    yes(
      `${name}: indexed`,
      isGone ? found.length === 0 : found.some((one: any) => one.documentId === documentId),
    ),
    yes(`${name}: audited`, changes.some(isAbout(documentId, id))),
    masked,
  ]);
});

test.each(READS.map((read) => [read.path, read] as const))('%s', async (name, read) => {
  const of = await existing(read.uid);
  const begin = await logSize(app);
  const clear = JSON.stringify(await read.run(of, read.callers?.clear() ?? {}));
  const entries = await entriesSince(app, begin);
  const isOpened = read.isBare === true ? !PLAINTEXT_MARKERS.test(clear) : clear.includes(of.name);
  const audited =
    read.isBare === true
      ? '–'
      : yes(
          `${name}: audited`,
          entries.filter(({ action }) => action === 'read').some(isAbout(of.documentId, of.id)),
        );
  let masked = '–';
  if (read.callers !== undefined) {
    const answer = JSON.stringify(await read.run(of, read.callers.masked()));
    masked = yes(`${name}: masked`, answer.includes('***') && !PLAINTEXT_MARKERS.test(answer));
  }
  rows.push([
    'read',
    name,
    yes(`${name}: sealed`, !PLAINTEXT_MARKERS.test(await dumpDatabase(app))),
    read.isBare === true
      ? `${yes(`${name}: bare`, isOpened)} nothing to open`
      : yes(`${name}: opened`, isOpened),
    '–',
    audited,
    masked,
  ]);
});

test('docs/coverage-of-paths.md says what was seen', () => {
  const table = [
    ['', 'path', 'sealed', 'opened', 'indexed', 'audited', 'masked'],
    Array.from({ length: 7 }, () => '---'),
    ...rows,
  ].map((row) => `| ${row.join(' | ')} |`);
  const text = `# Coverage of paths

Written by \`tests/integration/coverage-of-paths.test.ts\` out of what it saw; \`npm test -- coverage-of-paths\` compares.

- **sealed**: after it, no plaintext stands in any table of the database or byte of its files.
- **opened**: whoever may see plain values gets them; a write is read back as it was written, a deleted record is gone.
- **indexed**: filters find what was written, and no longer what was deleted.
- **audited**: the trail has an entry of it that names the record.
- **masked**: whoever may only see masks gets masks, and what they write stores none. – where code reads or writes, which
  sees plain values, and for what nobody gets.

${table.join('\n')}
`;
  const formatted = execFileSync('npx', ['prettier', '--stdin-filepath', FILE], {
    cwd: ROOT,
    input: text,
    encoding: 'utf8',
  });
  if (process.env['UPDATE_COVERAGE'] === '1') writeFileSync(FILE, formatted);
  expect(existsSync(FILE) ? readFileSync(FILE, 'utf8') : '').toBe(formatted);
});
