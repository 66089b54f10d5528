import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { signInAdmin } from '../../support/accounts';
import { addTypes, MARKED, markersIn, MEETING, SAMPLE, SAMPLE_TYPES } from '../../support/sample-types';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

const REGISTRATION = 'api::registration.registration';
/** Everything Strapi offers to webhooks. */
const EVENTS = [
  'entry.create',
  'entry.update',
  'entry.delete',
  'entry.publish',
  'entry.unpublish',
  'entry.draft-discard',
  'media.create',
  'media.update',
  'media.delete',
];

let app: TestStrapi;
let admin: Record<string, string>;
let receiver: http.Server;
const received: { event: string; uid?: string; entry?: any; media?: any; raw: string }[] = [];

beforeAll(async () => {
  receiver = http.createServer((request, response) => {
    let raw = '';
    request.on('data', (chunk: Buffer) => (raw += chunk.toString()));
    request.on('end', () => {
      received.push({ ...JSON.parse(raw), raw });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  // A badge is personal and not encrypted: no event carries it, and the database holds it in clear.
  app = await startStrapi({ keepsPlaintext: true, prepare: (strapi) => addTypes(strapi, SAMPLE_TYPES) });
  admin = await signInAdmin(app);
  const { port } = receiver.address() as AddressInfo;
  // As the admin panel's controller does it, which in production refuses this machine's own addresses.
  const webhook = await app.strapi.get('webhookStore').createWebhook({
    name: 'third party',
    url: `http://127.0.0.1:${String(port)}/hook`,
    headers: {},
    events: EVENTS,
    isEnabled: true,
  });
  app.strapi.get('webhookRunner').add(webhook);
});
afterAll(async () => {
  await app.stop();
  await new Promise((resolve) => receiver.close(resolve));
});

const documents = (uid: string) => app.strapi.documents(uid as never) as any;
const opened: string[] = [];

beforeAll(() => {
  // What the vault opens and would report to the audit trail.
  app.strapi
    .plugin('gdpr')
    .service<any>('vault')
    .of()
    .listen({ onRead: ({ uid }: { uid: string }) => void opened.push(uid) });
});

/** Runs the work, waits until its webhooks have come in, and returns them. */
async function webhooksOf(count: number, work: () => Promise<unknown>): Promise<typeof received> {
  received.length = 0;
  await work();
  const deadline = Date.now() + 10_000;
  while (received.length < count && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
  // What came too much would come right behind.
  await new Promise((r) => setTimeout(r, 100));
  expect(received.map(({ event }) => event)).toHaveLength(count);
  for (const { raw } of received) {
    expect(markersIn(raw)).toEqual([]);
    expect(raw).not.toContain('"sealed"');
    expect(raw).not.toContain('"emailKey"');
  }
  return [...received];
}

const contact = { email: 'zebediah@marker.example', lastName: 'Zebediah', company: 'Plain Ltd' };

describe('a webhook’s receiver learns which record changed, and nothing personal of it', () => {
  test('document service: create, update, publish, unpublish, discard, clone, delete, with every attribute type', async () => {
    let documentId = '';
    const [created] = await webhooksOf(1, async () => {
      ({ documentId } = await documents(SAMPLE).create({ data: { ...MARKED, label: 'plain label' } }));
    });
    expect(created).toMatchObject({
      event: 'entry.create',
      uid: SAMPLE,
      entry: { documentId, label: 'plain label' },
    });
    for (const name of Object.keys(MARKED)) expect(created?.entry).not.toHaveProperty(name);

    const steps: [string, number, () => Promise<unknown>][] = [
      ['entry.update', 1, () => documents(SAMPLE).update({ documentId, data: { text: 'Zebediah again' } })],
      ['entry.publish', 1, () => documents(SAMPLE).publish({ documentId })],
      ['entry.update', 1, () => documents(SAMPLE).update({ documentId, data: { text: 'Zebediah draft' } })],
      ['entry.draft-discard', 1, () => documents(SAMPLE).discardDraft({ documentId })],
      ['entry.unpublish', 1, () => documents(SAMPLE).unpublish({ documentId })],
      ['entry.create', 1, () => documents(SAMPLE).clone({ documentId })],
      ['entry.delete', 1, () => documents(SAMPLE).delete({ documentId, populate: '*' })],
    ];
    for (const [event, count, work] of steps) {
      const hooks = await webhooksOf(count, work);
      for (const hook of hooks) expect(hook).toMatchObject({ event, uid: SAMPLE });
      expect(hooks[0]?.entry.label).toBe('plain label');
    }
  });

  test('what Strapi returns to its caller is as before: only the event is without', async () => {
    let documentId = '';
    await webhooksOf(2, async () => {
      ({ documentId } = await documents(SAMPLE).create({ data: { ...MARKED }, status: 'published' }));
    });
    await webhooksOf(1, async () => {
      const { entries } = await documents(SAMPLE).unpublish({ documentId });
      expect(entries[0]).toMatchObject({ text: MARKED.text, day: MARKED.day });
    });
    await webhooksOf(1, async () => {
      const { entries } = await documents(SAMPLE).delete({ documentId });
      expect(entries[0]).toMatchObject({ text: MARKED.text, day: MARKED.day });
    });
  });

  test('an unprotected type that leads to protected ones, by relation, component and dynamic zone', async () => {
    const { documentId: sample } = await documents(SAMPLE).create({
      data: { ...MARKED, label: 'guest one' },
    });
    const { documentId: person } = await documents(CONTACT).create({ data: contact });
    await new Promise((resolve) => setTimeout(resolve, 200));
    let documentId = '';
    const data = {
      title: 'Monday',
      samples: [sample],
      contact: person,
      seats: [{ number: 7, guest: sample }],
      zone: [{ __component: 'meeting.seat', number: 8, guest: sample }],
    };
    opened.length = 0;
    const [created] = await webhooksOf(1, async () => {
      ({ documentId } = await documents(MEETING).create({ data }));
    });
    expect(opened).toEqual([]);
    expect(created?.entry).toMatchObject({
      title: 'Monday',
      samples: [{ documentId: sample, label: 'guest one' }],
      contact: { documentId: person, company: 'Plain Ltd' },
      seats: [{ number: 7, guest: { documentId: sample, label: 'guest one' } }],
      zone: [{ __component: 'meeting.seat', number: 8, guest: { documentId: sample } }],
    });
    await webhooksOf(1, () => documents(MEETING).update({ documentId, data: { title: 'Tuesday' } }));
    await webhooksOf(1, () => documents(MEETING).publish({ documentId }));
    await webhooksOf(1, () =>
      documents(MEETING).unpublish({
        documentId,
        populate: {
          samples: true,
          contact: { populate: { dataSubject: true } },
          seats: { populate: '*' },
          zone: { on: { 'meeting.seat': { populate: '*' } } },
        },
      }),
    );
    await webhooksOf(1, () =>
      documents(MEETING).delete({
        documentId,
        populate: {
          samples: true,
          contact: { populate: { dataSubject: true } },
          seats: { populate: '*' },
          zone: { on: { 'meeting.seat': { populate: '*' } } },
        },
      }),
    );
  });

  test('a developer’s own type, unencrypted personal data included', async () => {
    const data = { event: 'Fair', name: 'Zebediah', email: 'zebediah@marker.example', badge: 'Zebediah Q.' };
    let documentId = '';
    const [created] = await webhooksOf(1, async () => {
      ({ documentId } = await documents(REGISTRATION).create({ data }));
    });
    expect(created?.entry).toMatchObject({ event: 'Fair', documentId, seats: 1 });
    await webhooksOf(1, () => documents(REGISTRATION).delete({ documentId }));
  });

  test('inside a transaction of the caller’s own, where events wait for its end', async () => {
    opened.length = 0;
    const hooks = await webhooksOf(3, () =>
      app.strapi.db.transaction(async () => {
        const { documentId } = await documents(SAMPLE).create({ data: { ...MARKED } });
        await documents(SAMPLE).publish({ documentId });
        await documents(CONTACT).create({ data: contact });
      }),
    );
    expect(hooks.map(({ event }) => event).sort()).toEqual(['entry.create', 'entry.create', 'entry.publish']);
    // Publishing reads the draft, once; the three events open nothing.
    expect(opened).toEqual([SAMPLE]);
  });

  test('content manager: create, update, publish, unpublish, discard, clone, bulk publish, bulk unpublish, bulk delete', async () => {
    const at = `/content-manager/collection-types/${SAMPLE}`;
    const call = (method: 'post' | 'put' | 'delete', path: string, body?: object) => async () => {
      const response = await app.http()[method](`${at}${path}`).set(admin).send(body);
      expect([path, response.status < 300]).toEqual([path, true]);
      return response.body;
    };
    let id = '';
    await webhooksOf(1, async () => {
      id = (await call('post', '', { ...MARKED, yes: true })()).data.documentId;
    });
    await webhooksOf(1, call('put', `/${id}`, { text: 'Zebediah CM' }));
    await webhooksOf(2, call('post', `/${id}/actions/publish`, { text: 'Zebediah published' }));
    await webhooksOf(1, call('put', `/${id}`, { text: 'Zebediah CM 2' }));
    await webhooksOf(1, call('post', `/${id}/actions/discard`, {}));
    await webhooksOf(1, call('post', `/${id}/actions/unpublish`, {}));
    await webhooksOf(1, call('post', `/clone/${id}`, { text: 'Zebediah clone' }));
    await webhooksOf(1, call('post', '/actions/bulkPublish', { documentIds: [id] }));
    await webhooksOf(1, call('post', '/actions/bulkUnpublish', { documentIds: [id] }));
    await webhooksOf(1, call('post', '/actions/bulkDelete', { documentIds: [id] }));
  });

  test('db.query writes send no events, and uploads tell of the file alone', async () => {
    await webhooksOf(0, async () => {
      const row = await (app.strapi.db.query(CONTACT) as any).create({ data: contact });
      await (app.strapi.db.query(CONTACT) as any).update({
        where: { id: row.id },
        data: { notes: 'Zebediah' },
      });
      await (app.strapi.db.query(CONTACT) as any).delete({ where: { id: row.id } });
    });
    const [media] = await webhooksOf(1, async () => {
      const upload = await app
        .http()
        .post('/upload')
        .set(admin)
        .attach('files', Buffer.from('plain text'), 'plain.txt');
      expect(upload.status).toBe(201);
    });
    expect(media).toMatchObject({ event: 'media.create', media: { name: 'plain.txt' } });
    await webhooksOf(1, () =>
      app
        .http()
        .delete(`/upload/files/${String(media?.media.id)}`)
        .set(admin),
    );
  });
});

test('an event that a project emits itself about a protected record leaves without personal data, too', async () => {
  const seen: any[] = [];
  app.strapi.eventHub.on('crm.call-me', (payload: any) => Promise.resolve(void seen.push(payload)));
  const entry = {
    documentId: 'x',
    company: 'Plain',
    email: 'zebediah@marker.example',
    dataSubject: { email: 'zebediah@marker.example' },
  };
  await app.strapi.eventHub.emit('crm.call-me', { uid: CONTACT, model: 'contact', entry });
  expect(seen).toEqual([
    { uid: CONTACT, model: 'contact', entry: { documentId: 'x', company: 'Plain', dataSubject: {} } },
  ]);
  expect(entry.email).toBe('zebediah@marker.example');
});
