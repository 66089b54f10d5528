import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { verifyExport } from '../../../plugins/gdpr/server/src/audit/verify/verify-export';
import { auditOf, entriesSince, logSize } from '../../support/audit';
import { startAuditChild } from '../../support/audit-child';
import { runs, withoutBackgroundWork } from '../../support/life-cycle';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

const YEAR = 365 * 24 * 3_600_000;
const PRUNE = 'audit-prune';

let app: TestStrapi;
let folder: string;
const documents = (): any => app.strapi.documents(CONTACT as never);

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gdpr-audit-test-'));
  app = await startStrapi({ prepare: withoutBackgroundWork });
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `work` as if it were so many years ago. */
async function yearsAgo<T>(years: number, work: () => Promise<T>): Promise<T> {
  const RealDate = global.Date;
  const past = RealDate.now() - years * YEAR;
  global.Date = class extends RealDate {
    constructor(...args: any[]) {
      super(...((args.length === 0 ? [past] : args) as [number]));
    }
  } as DateConstructor;
  try {
    return await work();
  } finally {
    global.Date = RealDate;
  }
}

/** Entries about nothing, so that tiles fill up. */
const fill = (count: number): Promise<void> =>
  auditOf(app).recorder.writer.commit(
    Array.from({ length: count }, (_, at) => ({
      entry: {
        v: 1,
        id: `${Math.random().toString(36).slice(2, 14)}-${at}`,
        time: new Date().getTime(),
        action: 'read',
        actor: 'system',
        source: 'code',
      },
    })),
  );

/** A contact that is created, and where its entry is. */
async function contact(email: string): Promise<{ index: number; subject: string; id: number }> {
  const begin = await logSize(app);
  const { id } = await documents().create({ data: { email, notes: 'Marker-note' } });
  const entries = await entriesSince(app, begin);
  const { index, records } = entries.find(({ action }) => action === 'create') as any;
  return { index, id, subject: records[0].subjects[0] };
}

async function intact(name: string): Promise<number> {
  const directory = path.join(folder, name);
  await auditOf(app).sealer.complete();
  await auditOf(app).exportTo(directory);
  const { faults, pruned } = await verifyExport(directory);
  expect(faults).toEqual([]);
  expect(await runs(app).complete('audit-verify', '')).toMatchObject({ state: 'finished', error: null });
  return pruned;
}

/** What entries say was pruned, and what is pruned in the tables. */
async function counted(): Promise<{ told: Record<string, number>; stored: Record<string, number> }> {
  const rows = await app.knex('gdpr_audit_log').select('entry', 'payload');
  const told = { entries: 0, payloads: 0 };
  for (const { entry } of rows) {
    const { action, details } = entry === null ? ({} as any) : JSON.parse(entry);
    if (action === 'prune') told[details.what as 'entries' | 'payloads'] += Number(details.count);
  }
  return {
    told,
    stored: {
      entries: rows.filter(({ entry }) => entry === null).length,
      payloads: rows.filter(({ payload }) => payload?.startsWith('#')).length,
    },
  };
}

describe('the nightly run', () => {
  let ancient: any;
  let old: any;
  let fresh: any;
  beforeAll(async () => {
    ancient = await yearsAgo(12, async () => {
      const made = await contact('marker-ancient@example.org');
      await fill(4_400);
      return made;
    });
    old = await yearsAgo(4, () => contact('marker-old@example.org'));
    fresh = await contact('marker-fresh@example.org');
    await logSize(app);
  });

  test('killed in the middle of a batch and right after one, it says exactly what it has taken', async () => {
    await startAuditChild(app, 'in the second batch of pruning').over;
    const { run_cursor: cursor, state } = await app.knex('gdpr_runs').where({ kind: PRUNE }).first();
    expect({ cursor, state }).toEqual({ cursor: '4096', state: 'running' });
    const first = await counted();
    expect(first.stored['entries']).toBeGreaterThan(3_900);

    await app.knex('gdpr_runs').update({ lease_until: null, lease_holder: null });
    await startAuditChild(app, 'between a batch of pruning and its cursor').over;
    await logSize(app);
    const second = await counted();
    expect(second.stored['entries']).toBeGreaterThan(first.stored['entries'] ?? 0);

    await app.knex('gdpr_runs').update({ lease_until: null, lease_holder: null });
    expect(await runs(app).complete(PRUNE, '')).toMatchObject({ state: 'finished', error: null });
    await logSize(app);
    const { told, stored } = await counted();
    expect(told).toEqual(stored);
    expect(stored['payloads']).toBeGreaterThan(0);
    expect(await intact('killed')).toBe(stored['entries']);
  }, 120_000);

  test('entries go after ten years, old and new values after three, and the rest stays', async () => {
    expect(await auditOf(app).trail.one(ancient.index)).toBeNull();
    expect(await auditOf(app).trail.one(old.index)).toMatchObject({ action: 'create' });
    expect(await auditOf(app).trail.values(old.index)).toContainEqual({ gone: 'pruned' });
    expect(await auditOf(app).trail.values(fresh.index)).toContainEqual(
      expect.objectContaining({ change: 'create' }),
    );
  });

  test('summaries of tiles do not go on telling whom pruned entries were about', async () => {
    const summaries = await app.knex('gdpr_audit_segments').pluck('summary');
    expect(summaries.join()).not.toContain(ancient.subject);
    const { entries } = await auditOf(app).trail.find({ person: ancient.subject, limit: 10 });
    expect(entries).toEqual([]);
  });
});

test('who is on legal hold keeps entries and values, those of reads among them', async () => {
  const [held, free] = await yearsAgo(12, async () => {
    const both = [
      await contact('marker-held@example.org'),
      await contact('marker-free@example.org'),
    ] as const;
    await documents().findFirst({ filters: { email: 'marker-held@example.org' } });
    await documents().findFirst({ filters: { email: 'marker-free@example.org' } });
    await fill(600);
    return both;
  });
  await logSize(app);
  auditOf(app).registerLegalHolds((subjects: string[]) =>
    Promise.resolve(new Set(subjects.filter((one) => one === held.subject))),
  );
  await runs(app).complete(PRUNE, '');
  const left = async (subject: string): Promise<string[]> =>
    (await auditOf(app).trail.find({ person: subject, limit: 10 })).entries.map(({ action }: any) => action);
  expect(await left(held.subject)).toEqual(['read', 'create']);
  expect(await auditOf(app).trail.values(held.index)).toContainEqual(
    expect.objectContaining({ change: 'create' }),
  );
  expect(await left(free.subject)).toEqual([]);
  await intact('held');
});

test('a hold that cannot be asked for keeps everything, and the run says that it failed', async () => {
  await yearsAgo(4, () => contact('marker-unsure@example.org'));
  await logSize(app);
  auditOf(app).registerLegalHolds(() => Promise.reject(new Error('marker-unreachable')));
  const before = await counted();
  await expect(runs(app).complete(PRUNE, '')).rejects.toThrow();
  const status = await app.knex('gdpr_runs').where({ kind: PRUNE }).first();
  expect(status).toMatchObject({ state: 'failed', error: 'Error' });
  expect((await counted()).stored).toEqual(before.stored);
  auditOf(app).registerLegalHolds(() => Promise.resolve(new Set()));
});

test('it begins by itself once a night', async () => {
  const started = async (): Promise<number> =>
    Number((await app.knex('gdpr_runs').where({ kind: PRUNE }).first())?.started_at);
  await app.restart();
  const before = await started();
  await app.drain();
  expect(await started()).toBe(before);
  await app.restart();
  const yesterday = Date.now() - 25 * 3_600_000;
  await app.knex('gdpr_runs').where({ kind: PRUNE }).update({ started_at: yesterday });
  await app.drain();
  expect(await started()).toBeGreaterThan(yesterday);
  expect(await runs(app).complete(PRUNE, '')).toMatchObject({ state: 'finished' });
  const pruned = (await entriesSince(app, (await logSize(app)) - 5)).filter(
    ({ action }) => action === 'prune',
  );
  // What was left over when holds could not be asked for.
  expect(pruned).toContainEqual(
    expect.objectContaining({
      actor: 'system',
      details: expect.objectContaining({ what: 'payloads', count: 1 }),
    }),
  );
});
