import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { leafData, parseEntry } from '../../../plugins/gdpr/server/src/audit/entry/entry';
import { signCheckpoint } from '../../../plugins/gdpr/server/src/audit/log/checkpoint';
import { CompactRange, leafHash } from '../../../plugins/gdpr/server/src/audit/log/merkle-tree';
import { verifyExport } from '../../../plugins/gdpr/server/src/audit/verify/verify-export';
import { auditOf } from '../../support/audit';
import { CONTACT, startStrapi, type TestStrapi } from '../../support/strapi';

/** Exports a log and tampers with it in every way there is: each is caught, and where it can be told, where. */

let app: TestStrapi;
let folder: string;
const documents = (): any => app.strapi.documents(CONTACT as never);

const witness = (): string => path.join(folder, 'witness');
const original = (): string => path.join(folder, 'original');
/** A fresh copy of the export, and its lines. */
function copy(): { directory: string; lines: string[]; write: (lines: string[]) => void } {
  const directory = mkdtempSync(path.join(folder, 'copy-'));
  cpSync(original(), directory, { recursive: true });
  const file = path.join(directory, 'entries.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return {
    directory,
    lines,
    write: (changed) => writeFileSync(file, changed.map((line) => `${line}\n`).join('')),
  };
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gdpr-audit-test-'));
  app = await startStrapi({
    env: { GDPR_AUDIT_WITNESS_FILE: witness() },
    tampersWithTrail: 'changes stored entries on purpose',
  });
  for (let n = 0; n < 6; n += 1) {
    await documents().create({ data: { email: `tamper-${n}@example.org` } });
    await documents().findMany({});
    await auditOf(app).sealer.complete();
    if (n < 3) await auditOf(app).witnesses.deliver();
  }
  await auditOf(app).exportTo(original());
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('untouched, it verifies: the three files alone, and with a witness', async () => {
  const { directory } = copy();
  rmSync(path.join(directory, 'leaves'));
  const report = await verifyExport(directory, { witness: witness() });
  expect(report).toMatchObject({ faults: [], firstBroken: null, pruned: 0, remarks: [] });
  expect(report.entries).toBeGreaterThan(2 * AT);
});

const AT = 20;
const edited = (line: string): string => {
  const entry = parseEntry(line);
  if (entry === null) throw new Error('no entry');
  return leafData({ ...entry, actor: 'admin:999' });
};

test.each<[string, (lines: string[]) => string[], number]>([
  ['an edited entry', (lines) => lines.map((line, at) => (at === AT ? edited(line) : line)), AT],
  [
    'one changed byte',
    (lines) => lines.map((line, at) => (at === AT ? line.replace('"time":1', '"time":2') : line)),
    AT,
  ],
  ['a deleted entry', (lines) => lines.filter((_, at) => at !== AT), AT],
  ['an inserted entry', (lines) => [...lines.slice(0, AT), edited(lines[3] ?? ''), ...lines.slice(AT)], AT],
  [
    'two entries that changed places',
    (lines) => [...lines.slice(0, AT), lines[AT + 1] ?? '', lines[AT] ?? '', ...lines.slice(AT + 2)],
    AT,
  ],
  ['a duplicated entry', (lines) => [...lines.slice(0, AT), lines[AT - 1] ?? '', ...lines.slice(AT)], AT],
  ['a truncated tail', (lines) => lines.slice(0, -3), -3],
  ['an entry after the last', (lines) => [...lines, edited(lines[3] ?? '')], 0],
  [
    'an entry that pretends to be pruned',
    (lines) =>
      lines.map((line, at) =>
        at === AT ? `{"pruned":"${leafHash(Buffer.from('x')).toString('base64')}"}` : line,
      ),
    AT,
  ],
  ['a file without entries', () => [], Number.NaN],
])('%s is caught, and the first broken entry is named', async (_name, tamper, at) => {
  const { directory, lines, write } = copy();
  write(tamper(lines));
  const report = await verifyExport(directory);
  expect(report.faults.length).toBeGreaterThan(0);
  const expected = Number.isNaN(at) ? 0 : at > 0 ? at : lines.length + at;
  expect(report.firstBroken).toBe(expected);
  // Also without the file of leaves, which only says where.
  rmSync(path.join(directory, 'leaves'));
  expect((await verifyExport(directory)).faults.length).toBeGreaterThan(0);
});

test.each<[string, string, (text: string) => string]>([
  [
    'a changed size',
    'checkpoint',
    (note) => note.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) - 1}\n`),
  ],
  [
    'a signature of another key',
    'checkpoint',
    (note) => note.replace(/ (\S+)\n$/, ` ${Buffer.alloc(68, 1).toString('base64')}\n`),
  ],
  ['no signature', 'checkpoint', (note) => note.slice(0, note.indexOf('\n\n') + 1)],
  [
    'another verifier key',
    'key.pub',
    () => 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n',
  ],
  ['a verifier key that is none', 'key.pub', () => 'rubbish'],
])('%s in %s is caught', async (_name, file, tamper) => {
  const { directory } = copy();
  const name = path.join(directory, file);
  writeFileSync(name, tamper(readFileSync(name, 'utf8')));
  expect((await verifyExport(directory)).faults.length).toBeGreaterThan(0);
});

test('a chain rewritten with the real key is believed by nobody who has an older checkpoint', async () => {
  const { directory, lines, write } = copy();
  const forged = lines.map((line, at) => (at === 5 ? edited(line) : line));
  write(forged);
  const { signer } = await auditOf(app).keys.current();
  const range = CompactRange.empty();
  const leaves = forged.map((line) => leafHash(Buffer.from(line)));
  for (const leaf of leaves) range.append(leaf);
  const note = signCheckpoint({ origin: signer.verifier.name, size: range.size, root: range.root() }, [
    signer,
  ]);
  writeFileSync(path.join(directory, 'checkpoint'), note);
  writeFileSync(path.join(directory, 'leaves'), Buffer.concat(leaves));
  expect(await verifyExport(directory)).toMatchObject({ faults: [] });
  const { faults } = await verifyExport(directory, { witness: witness() });
  expect(faults).toEqual([expect.stringMatching(/A witness holds another root of the first \d+ entries/)]);
});

test('a log cut off and signed anew is believed by nobody who has seen more of it', async () => {
  const { directory, lines, write } = copy();
  const size = 3;
  write(lines.slice(0, size));
  const { signer } = await auditOf(app).keys.current();
  const range = CompactRange.empty();
  for (const line of lines.slice(0, size)) range.append(leafHash(Buffer.from(line)));
  writeFileSync(
    path.join(directory, 'checkpoint'),
    signCheckpoint({ origin: signer.verifier.name, size, root: range.root() }, [signer]),
  );
  rmSync(path.join(directory, 'leaves'));
  expect(await verifyExport(directory)).toMatchObject({ faults: [] });
  expect((await verifyExport(directory, { witness: witness() })).faults[0]).toMatch(
    /the end of the log was cut off/,
  );
});

test('a whole log of somebody else is not the log of the key that was learnt elsewhere', async () => {
  const { directory } = copy();
  const key = readFileSync(path.join(directory, 'key.pub'), 'utf8');
  expect(await verifyExport(directory, { key })).toMatchObject({ faults: [] });
  const other = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  expect((await verifyExport(directory, { key: other })).faults).toContain('key.pub is not the given key.');
});

test('a clock that went back is remarked upon, and changes nothing', async () => {
  const now = Date.now;
  const RealDate = global.Date;
  const past = now() - 3_600_000;
  global.Date = class extends RealDate {
    constructor(...args: any[]) {
      super(...((args.length === 0 ? [past] : args) as [number]));
    }
  } as DateConstructor;
  try {
    await documents().findMany({});
    await auditOf(app).sealer.complete();
  } finally {
    global.Date = RealDate;
  }
  await documents().findMany({});
  await auditOf(app).sealer.complete();
  const directory = path.join(folder, 'clock');
  await auditOf(app).exportTo(directory);
  const report = await verifyExport(directory, { witness: witness() });
  expect(report.faults).toEqual([]);
  expect(report.remarks).toEqual([expect.stringMatching(/The clock went back: 1 entries/)]);
});

describe('in the database', () => {
  const verified = async (): Promise<any> => {
    const runs = app.strapi.plugin('gdpr').service<any>('runs').of();
    await runs.start('audit-verify');
    // The background of this server does it.
    for (;;) {
      app.strapi.plugin('gdpr').service<any>('jobs').kick();
      const status = await runs.status('audit-verify');
      if (status.state !== 'running') return status;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** What somebody with all rights on the database can do: take the guards away first. */
  const withoutGuards = async (work: () => Promise<unknown>): Promise<void> => {
    await app.knex('gdpr_audit_gate').insert({ id: 1 });
    const names: string[] =
      app.database.client === 'sqlite'
        ? (await app.knex('sqlite_master').where({ type: 'trigger', tbl_name: 'gdpr_audit_log' })).map(
            ({ name }) => name,
          )
        : app.database.client === 'postgres'
          ? (await app.knex('pg_trigger').where('tgname', 'like', 'gdpr_append%')).map(({ tgname }) => tgname)
          : (
              await app
                .knex('information_schema.TRIGGERS')
                .where({ EVENT_OBJECT_TABLE: 'gdpr_audit_log' })
                .whereRaw('TRIGGER_SCHEMA = database()')
                .select('TRIGGER_NAME as name')
            ).map(({ name }) => name);
    if (app.database.client === 'postgres')
      await app.knex.raw('ALTER TABLE gdpr_audit_log DISABLE TRIGGER USER');
    else for (const name of names) await app.knex.raw('DROP TRIGGER ??', [name]);
    await work();
    await app.knex('gdpr_audit_gate').delete();
  };

  test('update, delete and truncate are refused', async () => {
    for (const table of [
      'gdpr_audit_log',
      'gdpr_audit_queue',
      'gdpr_audit_checkpoints',
      'gdpr_audit_tiles',
      'gdpr_audit_verifiers',
    ]) {
      if ((await app.knex(table).first()) === undefined) continue;
      await expect(
        app
          .knex(table)
          .delete()
          .then(
            () => 'done',
            (error: unknown) => (error as Error).message,
          ),
      ).resolves.toMatch(/append-only/);
    }
    await expect(
      app
        .knex('gdpr_audit_log')
        .where({ idx: 1 })
        .update({ entry: 'x' })
        .then(
          () => 'done',
          (error: unknown) => (error as Error).message,
        ),
    ).resolves.toMatch(/append-only/);
    if (app.database.client === 'postgres')
      await expect(
        app.knex.raw('TRUNCATE gdpr_audit_log').then(
          () => 'done',
          (error: unknown) => (error as Error).message,
        ),
      ).resolves.toMatch(/append-only/);
  });

  test('intact, it verifies', async () => {
    expect(await verified()).toMatchObject({ state: 'finished', error: null });
  });

  test('an entry that was edited is named by both verifications; restored, both are content again', async () => {
    const { entry } = await app.knex('gdpr_audit_log').where({ idx: AT }).first();
    await withoutGuards(() =>
      app
        .knex('gdpr_audit_log')
        .where({ idx: AT })
        .update({ entry: edited(entry) }),
    );
    expect(await verified()).toMatchObject({
      state: 'failed',
      error: expect.stringContaining(`entry ${AT} was changed`),
    });
    const directory = path.join(folder, 'edited');
    await auditOf(app).exportTo(directory);
    expect(await verifyExport(directory)).toMatchObject({ firstBroken: AT });
    await app.knex('gdpr_audit_log').where({ idx: AT }).update({ entry });
    expect(await verified()).toMatchObject({ state: 'finished' });
  });

  test('old and new values that were exchanged are named', async () => {
    const row = await app.knex('gdpr_audit_log').whereNotNull('payload').first();
    await app.knex('gdpr_audit_log').where({ idx: row.idx }).update({ payload: 'exchanged' });
    expect(await verified()).toMatchObject({ error: expect.stringContaining(`values of entry ${row.idx}`) });
    await app.knex('gdpr_audit_log').where({ idx: row.idx }).update({ payload: row.payload });
  });

  test('a tail that was cut off stops the sealer, which signs nothing on top of it', async () => {
    await auditOf(app).sealer.complete();
    const size = await auditOf(app).store.size();
    await app
      .knex('gdpr_audit_log')
      .where('idx', '>=', size - 2)
      .delete();
    expect(await verified()).toMatchObject({
      error: expect.stringContaining(`entry ${size - 2} and those after it are missing`),
    });
    await documents().findMany({});
    await expect(auditOf(app).sealer.run({ now: true })).rejects.toMatchObject({ code: 'audit-log-broken' });
    expect((await auditOf(app).checkpoints.last()).size).toBe(size);
  });
});
