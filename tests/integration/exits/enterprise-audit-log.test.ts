import path from 'node:path';

import { signInAdmin } from '../../support/accounts';
import { addTypes, MARKED, markersIn, MEETING, SAMPLE, SAMPLE_TYPES } from '../../support/sample-types';
import { CONTACT, ROOT, startStrapi, type TestStrapi } from '../../support/strapi';

/**
 * Strapi's Enterprise audit log stores events in clear. Its own code runs here, fed by a real Strapi; only its licence
 * check and its table are stood in for.
 */
const { createAuditLogsLifecycleService } = jest.requireActual(
  path.join(ROOT, 'node_modules/@strapi/admin/dist/server/ee/server/src/audit-logs/services/lifecycles.js'),
);
let app: TestStrapi;
let admin: Record<string, string>;
const saved: any[] = [];

beforeAll(async () => {
  app = await startStrapi({ prepare: (strapi) => addTypes(strapi, SAMPLE_TYPES) });
  const { strapi } = app;
  const store = { saveEvent: (event: any) => Promise.resolve(void saved.push(event)) };
  const replaced: Record<string, unknown> = {
    ee: { features: { isEnabled: () => true, get: () => ({ options: { retentionDays: 90 } }) } },
    get: (name: string) => (name === 'audit-logs' ? store : strapi.get(name)),
  };
  const licensed = new Proxy(strapi, {
    get: (target, name) => replaced[String(name)] ?? Reflect.get(target, name, target),
  });
  await createAuditLogsLifecycleService(licensed).register();
  admin = await signInAdmin(app);
});
afterAll(async () => {
  await app.stop();
});

test('what the Enterprise audit log would store of a protected record holds nothing personal', async () => {
  const at = '/content-manager/collection-types';
  const call = async (method: 'post' | 'put' | 'delete', url: string, body?: object): Promise<any> => {
    const response = await app.http()[method](`${at}/${url}`).set(admin).send(body);
    expect([url, response.body.error]).toEqual([url, undefined]);
    return response.body.data;
  };
  const { documentId } = await call('post', SAMPLE, { ...MARKED, label: 'plain label' });
  await call('put', `${SAMPLE}/${documentId}`, { text: 'Zebediah II' });
  await call('post', `${SAMPLE}/${documentId}/actions/publish`, {});
  const { documentId: contact } = await call('post', CONTACT, { lastName: 'Zebediah', company: 'Plain Ltd' });
  const meeting = await call('post', MEETING, {
    title: 'Monday',
    samples: { connect: [{ documentId }] },
    contact: { connect: [{ documentId: contact }] },
  });
  await call('post', `${SAMPLE}/${documentId}/actions/unpublish`, {});
  await call('delete', `${MEETING}/${meeting.documentId}`);
  await call('delete', `${SAMPLE}/${documentId}`);
  await call('delete', `${CONTACT}/${contact}`);

  const deadline = Date.now() + 10_000;
  const entries = (): any[] => saved.filter(({ action }) => action.startsWith('entry.'));
  while (entries().length < 10 && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
  expect(entries().map(({ action }) => action)).toEqual(
    expect.arrayContaining([
      'entry.create',
      'entry.update',
      'entry.publish',
      'entry.unpublish',
      'entry.delete',
    ]),
  );
  expect(saved).toContainEqual(
    expect.objectContaining({
      action: 'entry.create',
      userId: expect.any(Number),
      payload: expect.objectContaining({
        uid: SAMPLE,
        entry: expect.objectContaining({ label: 'plain label' }),
      }),
    }),
  );
  expect(markersIn(JSON.stringify(saved))).toEqual([]);
  expect(JSON.stringify(saved)).not.toContain('"sealed"');
});
