import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { CONTACT, ROOT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gdpr-audit-test-'));
  app = await startStrapi({ env: { GDPR_AUDIT_WITNESS_FILE: path.join(folder, 'witness') } });
  const documents = app.strapi.documents(CONTACT as never) as any;
  await documents.create({ data: { email: 'command@example.org' } });
  await documents.findMany({});
  await app.drain();
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

function command(args: readonly string[], cwd = ROOT): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'plugins/gdpr/bin/strapi-gdpr.js'), 'audit', ...args],
    { cwd, encoding: 'utf8', env: { ...process.env, ...app.database.env } },
  );
  return { code: status, output: `${stdout}${stderr}` };
}

const out = (): string => path.join(folder, 'export');

test('export writes what verify, without project or database, finds intact', () => {
  const exported = command(['export', '--out', out(), '--format', 'ocsf']);
  expect(exported.output).toMatch(/\d+ entries are in/);
  expect(exported.code).toBe(0);
  const verified = command(['verify', '--dir', out(), '--witness', path.join(folder, 'witness')], folder);
  expect(verified.output).toMatch(/Intact: \d+ entries, signed by 127\.0\.0\.1:1337\/gdpr-audit\//);
  expect(verified.code).toBe(0);
});

test('the export says who exported it, once it is sealed', () => {
  command(['export', '--out', out(), '--format', 'ocsf']);
  const lines = readFileSync(path.join(out(), 'entries.jsonl'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ action: 'export', actor: 'command', source: 'command', name: 'audit export' }),
  );
});

test('OCSF events are of class 6005, one for each entry, with the activity of the vocabulary', () => {
  const events = readFileSync(path.join(out(), 'ocsf.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (action: string): any => events.find(({ unmapped }) => unmapped.action === action);
  expect(of('read')).toMatchObject({ class_uid: 6005, activity_id: 1, type_uid: 600_501 });
  expect(of('create')).toMatchObject({ activity_id: 6, type_uid: 600_506 });
  expect(of('read').query_info.query_string).toContain('attributes=email');
  expect(events.map(({ metadata }) => metadata.sequence)).toEqual(events.map((_, at) => at));
});

test('a broken export is refused with the first broken entry and a code that a shell understands', () => {
  const file = path.join(out(), 'entries.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.splice(7, 1);
  writeFileSync(file, lines.join('\n'));
  const { code, output } = command(['verify', '--dir', out()], folder);
  expect(output).toContain('First broken entry: 7');
  expect(code).toBe(1);
});

test('called wrongly, it says how', () => {
  expect(command(['verify']).code).toBe(2);
  const { code, output } = command(['verify', '--dir', path.join(folder, 'nowhere')]);
  expect(code).toBe(1);
  expect(output).toContain('nowhere');
});
