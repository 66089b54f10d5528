import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { verifyConsistency, verifyInclusion } from '../../../plugins/gdpr/server/src/audit/log/merkle-tree';
import { readCheckpoint, splitCheckpoints } from '../../../plugins/gdpr/server/src/audit/log/checkpoint';
import { parseVerifierKey } from '../../../plugins/gdpr/server/src/audit/log/signed-note';
import { verifyExport } from '../../../plugins/gdpr/server/src/audit/verify/verify-export';
import { apiToken, signInAdmin } from '../../support/accounts';
import { auditOf, entriesSince, logSize } from '../../support/audit';
import { type AuditChild, startAuditChild } from '../../support/audit-child';
import { secondOpinion, theirCheckpoint, theyFind } from '../../support/second-opinion';
import { CONTACT, DATA_SUBJECT, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;
let folder: string;
let witnessUrl: http.Server;
let witnessAnswer = 200;
const posted: string[] = [];
const documents = (uid = CONTACT): any => app.strapi.documents(uid as never);

beforeAll(async () => {
  witnessUrl = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (witnessAnswer === 200) posted.push(body);
      response.writeHead(witnessAnswer).end();
    });
  });
  await new Promise<void>((resolve) => witnessUrl.listen(0, '127.0.0.1', resolve));
  const { port } = witnessUrl.address() as { port: number };
  folder = mkdtempSync(path.join(tmpdir(), 'gdpr-audit-test-'));
  app = await startStrapi({ env: { GDPR_AUDIT_WITNESS_URL: `http://127.0.0.1:${port}/checkpoints` } });
});
afterAll(async () => {
  await app.stop();
  witnessUrl.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Exports, verifies, and compares with the database. */
async function intact(name: string): Promise<any> {
  const directory = path.join(folder, name);
  await auditOf(app).sealer.complete();
  await auditOf(app).exportTo(directory);
  const report = await verifyExport(directory);
  expect(report.faults).toEqual([]);
  return { ...report, directory };
}

const child = (point: string): AuditChild => startAuditChild(app, point);

describe('killed at its worst moment', () => {
  test('between a change and its entry: neither is there', async () => {
    const { over } = child('between change and entry');
    await over;
    expect(await documents().count({ filters: { email: 'killed-change@example.org' } })).toBe(0);
    await intact('change');
  });

  test('between an entry and its sealing: change and entry are there, and are sealed by whoever comes next', async () => {
    const begin = await logSize(app);
    const { over, output } = child('between entry and sealing');
    await over;
    expect(output()).toContain('done');
    expect((await entriesSince(app, begin)).some(({ action }) => action === 'create')).toBe(true);
    await intact('entry');
  });

  test('in the sealer: nothing is lost, nothing is there twice', async () => {
    const begin = await logSize(app);
    const { over } = child('in the sealer');
    await over;
    const entries = await entriesSince(app, begin);
    const ids = entries.filter(({ action }) => action === 'read').map(({ id }) => id);
    expect(ids).toHaveLength(300);
    expect(new Set(ids).size).toBe(300);
    await intact('sealer');
  });

  test('between a checkpoint and its witness: the witness gets it later', async () => {
    const { over } = child('between checkpoint and witness');
    await over;
    await auditOf(app).witnesses.deliver();
    const last = await auditOf(app).checkpoints.last();
    expect(posted.at(-1)).toBe(last.note);
  });
});

test('two sealers at once, in two processes: one log, every entry once', async () => {
  const other = child('nowhere, sealing');
  const begin = await logSize(app);
  while (!other.output().includes('ready')) await new Promise((resolve) => setTimeout(resolve, 100));
  let own = 0;
  const end = Date.now() + 4_000;
  while (Date.now() < end) {
    await documents().findMany({});
    own += 1;
    await auditOf(app).sealer.run({ now: true });
  }
  other.process.kill('SIGKILL');
  await other.over;
  const entries = await entriesSince(app, begin);
  expect(entries.length).toBeGreaterThan(own);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  await intact('two');
});

test('many sealers at once in one process', async () => {
  const begin = await logSize(app);
  const reads = Promise.all(Array.from({ length: 100 }, () => documents().findMany({})));
  await Promise.all(Array.from({ length: 5 }, () => auditOf(app).sealer.run({ now: true })));
  await reads;
  const ids = (await entriesSince(app, begin)).map(({ id }) => id);
  expect(ids).toHaveLength(100);
  expect(new Set(ids).size).toBe(100);
});

test('two hundred readers at once lose no entry', async () => {
  const token = await apiToken(app, 'full-access');
  const begin = await logSize(app);
  await Promise.all(
    Array.from({ length: 200 }, () => app.http().get('/api/gdpr/contacts').set(token).expect(200)),
  );
  const reads = (await entriesSince(app, begin)).filter(({ action }) => action === 'read');
  expect(reads).toHaveLength(200);
  expect(new Set(reads.map(({ id }) => id)).size).toBe(200);
});

describe('checkpoints and proofs', () => {
  test('anybody gets the checkpoint, and a proof that an entry is in it; both hold before a second implementation', async () => {
    const size = await logSize(app);
    const { text: key } = await app.http().get('/api/gdpr/transparency/key').expect(200);
    const verifier = parseVerifierKey(key);
    if (verifier === null) throw new Error('no key');
    const { text: note, type } = await app.http().get('/api/gdpr/transparency/checkpoint').expect(200);
    expect(type).toBe('text/plain');
    const reading = readCheckpoint(note, [verifier]);
    if ('fault' in reading) throw new Error(reading.fault);
    expect(reading.checkpoint.size).toBe(size);

    const theirs = theirCheckpoint(note, key);
    expect(Number(theirs.logSize)).toBe(size);

    for (const index of [0, 1, 255, 256, size - 1]) {
      const { body } = await app.http().get(`/api/gdpr/transparency/proof/${index}`).expect(200);
      const proof = body.proof.map((hash: string) => Buffer.from(hash, 'base64'));
      const leaf = Buffer.from(body.leafHash, 'base64');
      expect(verifyInclusion(index, size, leaf, proof, reading.checkpoint.root)).toBe(true);
      const [{ data }] = await auditOf(app).store.entries(index, index + 1);
      expect(() => theyFind(index, Buffer.from(data), proof, theirs)).not.toThrow();
      const changed = Buffer.from(data);
      changed[5] = 0;
      expect(() => theyFind(index, changed, proof, theirs)).toThrow();
    }
    await app
      .http()
      .get(`/api/gdpr/transparency/proof/${size + 1_000}`)
      .expect(404);
    await app.http().get('/api/gdpr/transparency/proof/abc').expect(400);
  });

  test('the log of this suite, exported, holds before the second implementation, entry by entry', async () => {
    const { directory, entries } = await intact('second');
    const proofOf = (index: number, size: number): Promise<Buffer[]> =>
      auditOf(app).store.inclusionProof(index, size);
    expect(await secondOpinion(directory, proofOf)).toEqual({ entries, proofs: 24 });
    // It is an opinion: what was changed it refuses.
    const file = path.join(directory, 'entries.jsonl');
    const lines = readFileSync(file, 'utf8');
    writeFileSync(file, lines.replace('"action":"read"', '"action":"reap"'));
    await expect(secondOpinion(directory, proofOf)).rejects.toThrow('computes another root');
    writeFileSync(file, lines.slice(0, lines.lastIndexOf('\n', lines.length - 2) + 1));
    await expect(secondOpinion(directory, proofOf)).rejects.toThrow(/speaks of \d+ entries/);
  });

  test('an earlier checkpoint is provably the beginning of a later one', async () => {
    const earlier = await auditOf(app).checkpoints.last();
    await documents().findMany({});
    await auditOf(app).sealer.complete();
    const { body } = await app.http().get(`/api/gdpr/transparency/consistency/${earlier.size}`).expect(200);
    const verifiers = await auditOf(app).keys.verifiers();
    const [before, after] = [earlier.note, body.checkpoint].map(
      (note) => readCheckpoint(note, verifiers) as any,
    );
    const proof = body.proof.map((hash: string) => Buffer.from(hash, 'base64'));
    expect(
      verifyConsistency(earlier.size, body.size, before.checkpoint.root, after.checkpoint.root, proof),
    ).toBe(true);
  });

  test('a new signing key signs together with the old one first; old checkpoints stay provable', async () => {
    const [old] = await auditOf(app).keys.verifiers();
    const before = await auditOf(app).checkpoints.last();
    await auditOf(app).rotateSigningKey();
    await auditOf(app).sealer.complete();
    const both = (await auditOf(app).checkpoints.last()).note;
    const [fresh] = await auditOf(app).keys.verifiers();
    expect(fresh.key).not.toBe(old.key);
    expect(fresh.name).toBe(old.name);
    for (const key of [old, fresh]) expect(readCheckpoint(both, [key])).toHaveProperty('checkpoint');
    await documents().findMany({});
    await auditOf(app).sealer.complete();
    const { note } = await auditOf(app).checkpoints.last();
    expect(readCheckpoint(note, [old])).toHaveProperty('fault');
    const { directory } = await intact('rotated');
    expect(readFileSync(path.join(directory, 'key.pub'), 'utf8')).toBe(`${fresh.key}\n`);
    expect(readFileSync(path.join(directory, 'old-keys.pub'), 'utf8')).toBe(`${old.key}\n`);
    const verifiers = await auditOf(app).keys.verifiers();
    expect(readCheckpoint(before.note, verifiers)).toHaveProperty('checkpoint');
  });

  test('a witness that is away gets the latest checkpoint when it is back', async () => {
    witnessAnswer = 503;
    await documents().findMany({});
    await auditOf(app).sealer.complete();
    await auditOf(app).witnesses.deliver();
    expect(await auditOf(app).witnesses.states()).toEqual([
      expect.objectContaining({ failure: 'it answered 503' }),
    ]);
    witnessAnswer = 200;
    await app.knex('gdpr_audit_witnesses').update({ tried_at: 0 });
    await auditOf(app).witnesses.deliver();
    const { note, size } = await auditOf(app).checkpoints.last();
    expect(splitCheckpoints(posted.join('\n')).at(-1)).toBe(note);
    expect(await auditOf(app).witnesses.states()).toEqual([expect.objectContaining({ failure: null, size })]);
  });
});

describe('pruning and erasure', () => {
  test('a destroyed key makes old and new values unreadable; the log stays whole', async () => {
    const begin = await logSize(app);
    const { documentId } = await documents().create({ data: { email: 'erase-me@example.org', notes: 'x' } });
    await documents().update({ documentId, data: { notes: 'y' } });
    const [{ index, records }] = (await entriesSince(app, begin)) as any;
    const subject = records[0].subjects[0];
    expect(await auditOf(app).trail.values(index)).toContainEqual(
      expect.objectContaining({ change: 'create' }),
    );
    const { keys } = app.strapi.plugin('gdpr').service<any>('vault').of();
    const before = await logSize(app);
    await keys.destroyOf(subject);
    await keys.destroyOf(subject);
    expect(await entriesSince(app, before)).toMatchObject([
      { action: 'key', details: { operation: 'data-keys-destroyed', subject, destroyed: 1 } },
    ]);
    for (const value of await auditOf(app).trail.values(index)) expect(value).toEqual({ gone: 'erased' });
    await intact('erased');
  });

  test('a key whose destruction cannot be recorded is not destroyed', async () => {
    const begin = await logSize(app);
    await documents().create({ data: { email: 'keep-me@example.org' } });
    const [{ index, records }] = (await entriesSince(app, begin)) as any;
    const { keys } = app.strapi.plugin('gdpr').service<any>('vault').of();
    await app.knex.schema.renameTable('gdpr_audit_queue', 'gdpr_audit_queue_away');
    await expect(keys.destroyOf(records[0].subjects[0])).rejects.toThrow(
      /cannot be written to the audit trail/,
    );
    await app.knex.schema.renameTable('gdpr_audit_queue_away', 'gdpr_audit_queue');
    expect(await auditOf(app).trail.values(index)).toContainEqual(
      expect.objectContaining({ change: 'create' }),
    );
  });

  test('pruned values and pruned entries leave the log whole, and who is on legal hold is left alone', async () => {
    const begin = await logSize(app);
    const held = await documents().create({ data: { email: 'held@example.org' } });
    for (let n = 0; n < 600; n += 1) await documents().findFirst({});
    const [{ index, records }] = (await entriesSince(app, begin)) as any;
    const subject = records.flatMap(({ subjects }: any) => subjects)[0];
    auditOf(app).registerLegalHolds((subjects: string[]) =>
      Promise.resolve(new Set(subjects.filter((one) => one === subject))),
    );
    const before = Date.now() + 1_000;
    expect(await auditOf(app).prune({ what: 'payloads', before })).toBeGreaterThan(0);
    expect(await auditOf(app).trail.values(index)).toContainEqual(
      expect.objectContaining({ documentId: held.documentId }),
    );
    await intact('pruned-values');
    expect(await auditOf(app).prune({ what: 'entries', before })).toBeGreaterThan(256);
    const { pruned, directory } = await intact('pruned-entries');
    expect(pruned).toBeGreaterThan(256);
    const [first] = readFileSync(path.join(directory, 'entries.jsonl'), 'utf8').split('\n');
    expect(first).toMatch(/^\{"pruned":"[A-Za-z0-9+/]{43}="\}$/);
    const kept = (await auditOf(app).store.entries(index, Number(index) + 1))[0];
    expect(kept.data).toContain('"create"');
    const runs = app.strapi.plugin('gdpr').service<any>('runs').of();
    expect(await runs.complete('audit-verify')).toMatchObject({ state: 'finished', error: null });
  });
});

describe('the admin panel’s routes', () => {
  let admin: Record<string, string>;
  let contact: any;
  beforeAll(async () => {
    admin = await signInAdmin(app);
    contact = await documents().create({ data: { email: 'seen@example.org', notes: 'before' } });
    await documents().update({ documentId: contact.documentId, data: { notes: 'after' } });
    await app
      .http()
      .get(`/content-manager/collection-types/${CONTACT}/${contact.documentId}`)
      .set(admin)
      .expect(200);
    await auditOf(app).sealer.complete();
  });
  const get = (url: string) => app.http().get(`/gdpr/audit${url}`).set(admin);

  test('a page of entries, and the one after it', async () => {
    const { body } = await get('/entries?limit=2').expect(200);
    expect(body.data).toHaveLength(2);
    const { body: second } = await get(`/entries?limit=2&before=${body.meta.next}`).expect(200);
    expect(second.data[0].index).toBe(body.data[1].index - 1);
    expect(body.meta.size).toBeGreaterThan(1_000);
  });

  test('filters by person, document, actor, action, source and time', async () => {
    const { body } = await get(`/records/${CONTACT}/${contact.documentId}`).expect(200);
    expect(body.data.map(({ action }: any) => action)).toEqual(['read', 'update', 'create']);
    expect(body.data[0]).toMatchObject({
      source: 'content-manager',
      records: expect.arrayContaining([expect.objectContaining({ type: CONTACT, count: 1 })]),
    });
    const [{ actor, records }] = body.data;
    expect(body.meta.actors[actor]).toBe('Test strapi-super-admin');
    const { person } = records[0].records[0];
    expect(records[0].records[0].documentId).toBe(contact.documentId);
    const byPerson = await get(`/entries?person=${person}&action=update`).expect(200);
    expect(byPerson.body.data).toHaveLength(1);
    const byActor = await get(`/entries?actor=${actor}&source=content-manager`).expect(200);
    expect(byActor.body.data.length).toBeGreaterThan(0);
    for (const entry of byActor.body.data) expect(entry).toMatchObject({ actor, source: 'content-manager' });
    const old = await get('/entries?to=2001-01-01').expect(200);
    expect(old.body).toMatchObject({ data: [], meta: { next: null } });
    await get('/entries?limit=1000').expect(400);
    await get('/entries?nonsense=1').expect(400);
  });

  test('one entry with its proof, and its values for those who may see them, which is recorded', async () => {
    const { body } = await get(`/records/${CONTACT}/${contact.documentId}`).expect(200);
    const update = body.data.find(({ action }: any) => action === 'update');
    const one = await get(`/entries/${update.index}`).expect(200);
    const { inclusion, leafHash } = one.body.meta;
    const reading = readCheckpoint(inclusion.checkpoint, await auditOf(app).keys.verifiers()) as any;
    const proof = inclusion.proof.map((hash: string) => Buffer.from(hash, 'base64'));
    const leaf = Buffer.from(leafHash, 'base64');
    expect(verifyInclusion(update.index, inclusion.size, leaf, proof, reading.checkpoint.root)).toBe(true);
    const begin = await logSize(app);
    const { body: values } = await get(`/entries/${update.index}/values`).expect(200);
    expect(values.data).toEqual([
      expect.objectContaining({ before: { notes: 'before' }, after: { notes: 'after' } }),
    ]);
    expect((await entriesSince(app, begin)).map(({ action }) => action)).toEqual(['read-values']);
  });

  test('the state of the chain, and a verification with progress', async () => {
    const { body } = await get('/state').expect(200);
    expect(body.data).toMatchObject({
      checkpoint: { isSigned: true },
      unsealed: { count: expect.any(Number) },
      witnesses: [{ name: expect.stringMatching(/^url:/) }],
    });
    await app.http().post('/gdpr/audit/verification').set(admin).expect(202);
    await app.drain();
    const { body: status } = await get('/verification').expect(200);
    expect(status.data).toMatchObject({ state: 'finished', error: null });
    expect(status.data.done).toBe(status.data.total);
  });

  test('a download, as one archive', async () => {
    const { headers, body } = await get('/export?format=ocsf')
      .buffer(true)
      .parse((response, done) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => done(null, Buffer.concat(pieces)));
      });
    expect(headers['content-disposition']).toMatch(/audit-trail-\d+\.tar\.gz/);
    expect([...(body as Buffer).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  });

  test('nobody without the permission gets any of it', async () => {
    const editor = await signInAdmin(app, 'strapi-editor');
    for (const url of ['/entries', '/entries/1', '/entries/1/values', '/state', '/verification', '/export']) {
      await app.http().get(`/gdpr/audit${url}`).expect(401);
      await app.http().get(`/gdpr/audit${url}`).set(editor).expect(403);
    }
  });
});

test('the data subject’s own row is theirs: a person’s trail holds it', async () => {
  const begin = await logSize(app);
  const contact = await documents().create({ data: { email: 'whole-trail@example.org' } });
  await documents(DATA_SUBJECT).findMany({});
  const [{ records }] = (await entriesSince(app, begin)) as any;
  const { entries } = await auditOf(app).trail.find({ person: records[0].subjects[0], limit: 10 });
  expect(entries.map(({ action }: any) => action)).toEqual(['read', 'create']);
  expect(contact.documentId).toEqual(expect.any(String));
});
