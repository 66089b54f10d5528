import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

import type { Core } from '@strapi/types';

import type {
  AuditChainState,
  AuditEntryAnswer,
  AuditNames,
  AuditPage,
  AuditValues,
  AuditVerification,
} from '../../../contracts/audit';
import { clock } from '../platform/clock';
import { tables } from '../platform/database/connection';
import { GdprError, notFound } from '../platform/errors';
import { jobsOf } from '../platform/jobs';
import { runsOf } from '../platform/runs';

import { auditOf } from './audit-of';
import { readCheckpoint } from './log/checkpoint';
import { parseEntry } from './entry/entry';
import { QUEUE } from './store/tables';
import { actorNames } from './trail/actor-names';
import { auditPageController } from './trail/page-controller';
import type { EntryView } from './trail/trail';
import { parseExportFormat, parseIndex, parseTrailQuery } from './trail/trail-query';
import { tarOf } from './verify/tar';
import { VERIFY_RUN } from './verify/verify-log';

interface Context {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly request: { readonly body?: unknown };
  readonly res: NodeJS.EventEmitter;
  status: number;
  body: unknown;
  type: string;
  set(header: string, value: string): void;
  attachment(name: string): void;
}

type Action = (ctx: Context) => Promise<void>;

/** The routes of the audit trail: parse, ask, answer. */
export function auditController({ strapi }: { strapi: Core.Strapi }): Record<string, Action> {
  const audit = (): ReturnType<typeof auditOf> => auditOf(strapi);

  return {
    // ── public ──

    async checkpoint(ctx) {
      const last = await audit().checkpoints.last();
      if (last === null) throw notFound('audit-not-sealed', 'There is no checkpoint yet.');
      ctx.set('Cache-Control', 'no-cache');
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = last.note;
    },

    async key(ctx) {
      const [current] = await audit().keys.verifiers();
      if (current === undefined) throw notFound('audit-not-sealed', 'There is no signing key yet.');
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = `${current.key}\n`;
    },

    async inclusionProof(ctx) {
      const index = parseIndex(ctx.params['index']);
      const { size, note } = await lastCheckpoint();
      if (index >= size) {
        throw notFound(
          'audit-not-sealed',
          `No checkpoint covers entry ${String(index)} yet: ask again in a few seconds.`,
        );
      }
      const leaf = await audit().store.leafHash(index);
      const proof = await audit().store.inclusionProof(index, size);
      ctx.body = { index, size, leafHash: base64(leaf), proof: proof.map(base64), checkpoint: note };
    },

    async consistencyProof(ctx) {
      const from = parseIndex(ctx.params['size']);
      const { size, note } = await lastCheckpoint();
      if (from < 1 || from > size)
        throw notFound('audit-not-sealed', `There is no checkpoint of ${String(from)} entries.`);
      const proof = await audit().store.consistencyProof(from, size);
      ctx.body = { from, size, proof: proof.map(base64), checkpoint: note };
    },

    // ── admin panel ──

    ...auditPageController(strapi, audit),

    async find(ctx) {
      const page = await audit().trail.find(parseTrailQuery(ctx.query));
      ctx.body = {
        data: page.entries,
        meta: { ...(await named(page.entries)), next: page.next, size: page.size },
      } satisfies AuditPage;
    },

    async findOne(ctx) {
      const index = parseIndex(ctx.params['index']);
      const entry = await audit().trail.one(index);
      const [row] = await audit().store.entries(index, index + 1);
      const isPruned = row !== undefined && row.data === null;
      if (entry === null && !isPruned) throw notFound('request-invalid', 'There is no such entry.');
      const last = await audit().checkpoints.last();
      const isCovered = last !== null && index < last.size;
      const proof = isCovered ? await audit().store.inclusionProof(index, last.size) : null;
      const leaf = await audit().store.leafHash(index);
      ctx.body = {
        data: entry,
        meta: {
          ...(await named(entry === null ? [] : [entry])),
          leafHash: base64(leaf),
          inclusion:
            proof === null || last === null
              ? null
              : { size: last.size, proof: proof.map(base64), checkpoint: last.note },
        },
      } satisfies AuditEntryAnswer;
    },

    async values(ctx) {
      const entry = await audit().trail.one(parseIndex(ctx.params['index']));
      if (entry === null) throw notFound('request-invalid', 'There is no such entry, or it was pruned.');
      const values = await audit().trail.values(entry.index);
      // Whoever looks at old values sees personal data: that is an entry, like any other look.
      const about = values.flatMap((value) => ('gone' in value ? [] : (value.documentId ?? [])));
      await audit().recorder.record({
        action: 'read-values',
        details: { entry: entry.id, documents: about },
      });
      ctx.body = { data: values satisfies AuditValues[] };
    },

    async seenBy(ctx) {
      const { type = '', documentId = '' } = ctx.params;
      const query = parseTrailQuery({ ...(ctx.query as object), type, document: documentId });
      const page = await audit().trail.find(query);
      ctx.body = {
        data: page.entries,
        meta: { ...(await named(page.entries)), next: page.next, size: page.size },
      } satisfies AuditPage;
    },

    async state(ctx) {
      const last = await audit().checkpoints.last();
      const reading = last === null ? null : readCheckpoint(last.note, await audit().keys.verifiers());
      const from = await tables(strapi);
      const waiting = (await from(QUEUE).count({ n: '*' }).first()) as { n: number | string } | undefined;
      const oldest = (await from(QUEUE).select('entry').orderBy('id').first()) as
        { entry: string } | undefined;
      ctx.body = {
        data: {
          size: await audit().store.size(),
          checkpoint:
            last === null
              ? null
              : {
                  size: last.size,
                  createdAt: last.createdAt,
                  isSigned: reading !== null && 'checkpoint' in reading,
                  note: last.note,
                },
          unsealed: {
            count: Number(waiting?.n ?? 0),
            oldest: oldest === undefined ? null : (parseEntry(oldest.entry)?.time ?? null),
          },
          witnesses: await audit().witnesses.states(),
          keys: (await audit().keys.verifiers()).map(({ key }) => key),
        } satisfies AuditChainState<Date>,
      };
    },

    async verify(ctx) {
      await orBroken(audit().sealer.run({ now: true }));
      const status = await runsOf(strapi).start(VERIFY_RUN);
      await audit().recorder.record({ action: 'verify', details: { entries: status.total } });
      jobsOf(strapi).kick();
      ctx.status = 202;
      ctx.body = { data: status satisfies AuditVerification<Date> };
    },

    async verification(ctx) {
      const status: AuditVerification<Date> | null = await runsOf(strapi).status(VERIFY_RUN);
      ctx.body = { data: status };
    },

    async download(ctx) {
      const format = parseExportFormat(ctx.query);
      const directory = await mkdtemp(path.join(tmpdir(), 'gdpr-audit-'));
      const remove = (): void => void rm(directory, { recursive: true, force: true });
      ctx.res.once('close', remove);
      await orBroken(audit().sealer.complete());
      const { size } = await audit().exportTo(directory, format);
      const files = (await readdir(directory)).sort().map((name) => path.join(directory, name));
      ctx.attachment(`audit-trail-${String(size)}.tar.gz`);
      ctx.type = 'application/gzip';
      ctx.body = Readable.from(tarOf(files, clock.now())).pipe(createGzip());
    },
  };

  async function lastCheckpoint(): Promise<{ readonly size: number; readonly note: string }> {
    const last = await audit().checkpoints.last();
    if (last === null) throw notFound('audit-not-sealed', 'There is no checkpoint yet.');
    return last;
  }

  async function named(entries: readonly EntryView[]): Promise<AuditNames> {
    const actors = entries.flatMap(({ actor, details }) => {
      // Whose permissions changed.
      const of = details?.['of'];
      return typeof of === 'string' ? [actor, of] : [actor];
    });
    return { actors: await actorNames(strapi, [...new Set(actors)]) };
  }
}

/** A log that was tampered with is not sealed any more. To find out where, it is verified and exported as it is. */
async function orBroken(sealing: Promise<unknown>): Promise<void> {
  try {
    await sealing;
  } catch (error) {
    if (!(error instanceof GdprError) || error.code !== 'audit-log-broken') throw error;
  }
}

const base64 = (hash: Buffer): string => hash.toString('base64');
