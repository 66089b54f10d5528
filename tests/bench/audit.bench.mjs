import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { compare, report } from './measure.mjs';
import { contact, fill } from './people.mjs';

const require = createRequire(import.meta.url);
const { runCommandLine } = require('strapi-plugin-gdpr-crm/strapi-server');

let number = 7_000_000;

/** What the audit trail costs whoever reads and writes, and what it can take. */
export default async function audit({ strapi, sealed, db }) {
  await fill(strapi, sealed, 1_000);
  const trail = strapi.plugin('gdpr').service('audit').of();
  const vault = strapi.plugin('gdpr').service('vault').of();
  await new Promise((resolve) => strapi.server.listen(0, '127.0.0.1', resolve));
  const { accessKey } = await strapi
    .service('admin::api-token')
    .create({ name: 'bench', description: '', type: 'full-access', lifespan: null });
  const client = httpClient(strapi.server.httpServer.address().port, accessKey);
  const unaudited = withoutAudit(vault);
  await trail.sealer.complete();

  const cases = { list, create, readers: parallelReaders, storage: storages, sealing };
  // All of them, unless some are named: BENCH_CASES=create,sealing
  const chosen = (process.env.BENCH_CASES ?? Object.keys(cases).join(',')).split(',');
  for (const name of chosen) await cases[name]();
  client.close();

  async function list() {
    const url = '/api/gdpr/contacts?pagination[start]=200&pagination[limit]=100&sort=id';
    const get = () => client.get(url);
    line('list 100 over HTTP', 1_000, await alternately(get));
  }

  async function create() {
    const post = () => client.post('/api/gdpr/contacts', { data: contact((number += 1)) });
    line('create over HTTP', 1, await alternately(post));
  }

  function alternately(call) {
    // In blocks: what a call leaves behind falls on the next one, which must be of its own kind.
    return compare({ plain: () => unaudited(call), audited: call }, { rounds: 61, warmUp: 8, calls: 10 });
  }

  async function storages() {
    await storage('100 neighbouring records', (turn) => 1 + (turn % 9_000), 1);
    await storage('100 records strewn over a million', (turn) => 1 + (turn % 97), 9_973);
  }

  function line(name, rows, { plain, audited }) {
    report({
      bench: 'audit',
      case: name,
      db,
      rows,
      median_ms: audited,
      plain_ms: plain,
      ratio: audited / plain,
    });
  }

  /** Two hundred at once, with and without: every one must be in the log, and the slowest not much slower. */
  async function parallelReaders() {
    await trail.sealer.complete();
    const before = await trail.store.size();
    const rounds = 15;
    const slowest = { plain: [], audited: [] };
    let audited = 0;
    const burst = async () => {
      const times = await Promise.all(
        Array.from({ length: 200 }, async () => {
          const start = performance.now();
          await client.get('/api/gdpr/contacts?pagination[limit]=10');
          return performance.now() - start;
        }),
      );
      return percentile(times, 0.99);
    };
    for (let round = 0; round < rounds; round += 1) {
      slowest.plain.push(await unaudited(burst));
      slowest.audited.push(await burst());
      audited += 200;
    }
    await trail.sealer.complete();
    const recorded = (await trail.store.size()) - before;
    const [plain, with_] = [percentile(slowest.plain, 0.5), percentile(slowest.audited, 0.5)];
    report({
      bench: 'audit',
      case: '200 parallel readers, 99th percentile',
      db,
      rows: 10,
      median_ms: with_,
      plain_ms: plain,
      ratio: with_ / plain,
      readers: audited,
      lost: audited - recorded,
    });
  }

  /** Bytes that a read event of 100 records takes once it is sealed, with everything that is kept for it. */
  async function storage(name, first, step) {
    const events = 5_120;
    await trail.sealer.complete();
    const before = await bytesOfAudit(strapi, db);
    await insertReads(events, first, step);
    await trail.sealer.complete();
    const after = await bytesOfAudit(strapi, db);
    report({
      bench: 'audit',
      case: `storage, ${name}`,
      db,
      rows: events,
      bytes_per_event: (after - before) / events,
    });
  }

  async function insertReads(events, first, step) {
    const type = vault.types.get(sealed);
    for (let done = 0; done < events; done += 512) {
      await Promise.all(
        Array.from({ length: 512 }, async (_, at) => {
          const start = first(done + at);
          const records = Array.from({ length: 100 }, (__, n) => ({
            type,
            entity: {},
            id: start + n * step,
            attributes: type.names,
            subject: null,
          }));
          await trail.recorder.onRead(records);
        }),
      );
    }
  }

  async function sealing() {
    const events = Number(process.env.BENCH_EVENTS ?? 102_400);
    await trail.sealer.complete();
    await insertReads(events, (turn) => 1 + (turn % 900), 1);
    const start = performance.now();
    await trail.sealer.complete();
    const ms = performance.now() - start;
    report({
      bench: 'audit',
      case: 'sealing',
      db,
      rows: events,
      per_second: (events / ms) * 1_000,
      rss_mb: rss(),
    });

    const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-audit-bench-'));
    const exportStart = performance.now();
    const { size } = await trail.exportTo(directory);
    const exportMs = performance.now() - exportStart;
    report({ bench: 'audit', case: 'export', db, rows: size, per_second: (size / exportMs) * 1_000 });
    const verifyStart = performance.now();
    const code = await runCommandLine(['audit', 'verify', '--dir', directory]);
    const verifyMs = performance.now() - verifyStart;
    report({
      bench: 'audit',
      case: 'verify an export',
      db,
      rows: size,
      per_second: (size / verifyMs) * 1_000,
      exit_code: code,
      rss_mb: rss(),
    });
    rmSync(directory, { recursive: true, force: true });
  }
}

const rss = () => process.memoryUsage().rss / 1_048_576;

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Runs work without anybody listening to the vault: the same code, less the recording. */
function withoutAudit(vault) {
  return async (work) => {
    const listeners = vault.listeners.splice(0);
    try {
      return await work();
    } finally {
      vault.listeners.push(...listeners);
    }
  };
}

async function bytesOfAudit(strapi, db) {
  const { connection } = strapi.db;
  if (db === 'sqlite') {
    const [row] = await connection.raw(
      "SELECT sum(pgsize) AS bytes FROM dbstat WHERE name LIKE '%gdpr_audit%'",
    );
    return Number(row.bytes);
  }
  if (db === 'postgres') {
    await connection.raw('VACUUM FULL gdpr_audit_queue');
    const { rows } = await connection.raw(
      "SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c WHERE c.relkind = 'r' AND c.relname LIKE 'gdpr_audit%'",
    );
    return Number(rows[0].bytes);
  }
  await connection.raw('OPTIMIZE TABLE gdpr_audit_queue');
  await connection.raw(
    'ANALYZE TABLE gdpr_audit_log, gdpr_audit_tiles, gdpr_audit_segments, gdpr_audit_records',
  );
  const [rows] = await connection.raw(
    "SELECT sum(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = database() AND table_name LIKE 'gdpr_audit%'",
  );
  return Number(rows[0].bytes);
}

function httpClient(port, token) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });
  const send = (method, url, body) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const request = http.request(
        {
          host: '127.0.0.1',
          port,
          path: url,
          method,
          agent,
          headers: {
            Authorization: `Bearer ${token}`,
            ...(payload === undefined
              ? {}
              : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }),
          },
        },
        (response) => {
          response.resume();
          response.once('end', () =>
            response.statusCode < 300
              ? resolve()
              : reject(new Error(`${method} answered ${response.statusCode}`)),
          );
        },
      );
      request.once('error', reject);
      request.end(payload);
    });
  return {
    get: (url) => send('GET', url),
    post: (url, body) => send('POST', url, body),
    close: () => agent.destroy(),
  };
}
