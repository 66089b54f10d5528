import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import type { Core } from '@strapi/types';

import { clock } from '../clock';
import { inTransaction, insertIfAbsent, inWriteTransaction, type Row, tables } from '../database/connection';
import { GdprError, notFound } from '../errors';

import type { RunKind, RunState, RunStatus, RunStep } from './run-kind';
import { RUNS } from './table';

/** How long a process may be silent before another takes over its run, in ms. */
const LEASE = 30_000;

interface RunRow {
  readonly kind: string;
  readonly target: string;
  readonly state: RunState;
  readonly run_cursor: string | null;
  readonly done: number | string;
  readonly total: number | string;
  readonly error: string | null;
  readonly started_at: number | string;
  readonly finished_at: number | string | null;
}

/** The row of a run, as long as one call of `advance` holds its lease. */
interface Mine {
  readonly kind: string;
  readonly target: string;
  readonly lease_holder: string;
}

/**
 * Long work that goes on where it stopped: after a kill, on another node, by the command line or in the background.
 * One process at a time works on a run; its lease runs out when it dies.
 */
export class Runs {
  private readonly kinds = new Map<string, RunKind>();

  constructor(private readonly strapi: Core.Strapi) {}

  register(kind: RunKind): void {
    this.kinds.set(kind.name, kind);
  }

  /** Whether this version knows such work: a run may have been begun by another. */
  knows(kind: string): boolean {
    return this.kinds.has(kind);
  }

  /** Begins a run, or leaves one that is under way as it is: asking twice is asking once. */
  async start(kind: string, target = ''): Promise<RunStatus> {
    const definition = this.kindNamed(kind);
    const total = await definition.total(target);
    const now = clock.now().getTime();
    const fresh = {
      kind,
      target,
      state: 'running',
      run_cursor: null,
      done: 0,
      total,
      error: null,
      started_at: now,
      finished_at: null,
      lease_until: null,
      lease_holder: null,
    };
    const begin = async (): Promise<void> => {
      if (await this.store(fresh)) await definition.begun?.({ target, total });
    };
    if (definition.begun === undefined) await begin();
    else await inWriteTransaction(this.strapi, begin);
    const status = await this.status(kind, target);
    if (status === null) throw new Error(`The run ${kind} could not be stored.`);
    return status;
  }

  /**
   * Works on a run until it is finished, or until `until` says so.
   *
   * @returns its state afterwards; unchanged when another process is at it
   * @throws GdprError when a step fails for a reason that trying again does not mend
   */
  async advance(
    kind: string,
    target = '',
    options: { readonly until?: () => boolean; readonly onProgress?: (status: RunStatus) => void } = {},
  ): Promise<RunStatus> {
    const { until = () => false, onProgress } = options;
    // One for each call, so that two of one process keep out of each other's way as two processes do.
    const holder = randomUUID();
    if (await this.lease(kind, target, holder)) {
      const mine = { kind, target, lease_holder: holder };
      try {
        await this.work(mine, until, onProgress);
      } finally {
        await this.release(mine);
      }
    }
    const status = await this.status(kind, target);
    if (status === null) throw notFound('run-unknown', `There is no run "${kind}".`);
    return status;
  }

  /** Begins a run and works on it to its end, waiting where another process is at it. For the command line. */
  async complete(kind: string, target = '', onProgress?: (status: RunStatus) => void): Promise<RunStatus> {
    let status = await this.start(kind, target);
    while (status.state === 'running') {
      status = await this.advance(kind, target, onProgress === undefined ? {} : { onProgress });
      onProgress?.(status);
      if (status.state === 'running') await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return status;
  }

  async status(kind: string, target = ''): Promise<RunStatus | null> {
    const from = await tables(this.strapi);
    const row = (await from(RUNS).where({ kind, target }).first()) as RunRow | undefined;
    return row === undefined ? null : statusOf(row);
  }

  async all(): Promise<RunStatus[]> {
    const from = await tables(this.strapi);
    return ((await from(RUNS).orderBy('started_at', 'desc')) as RunRow[]).map(statusOf);
  }

  /** @returns whether the run begins; `false` when it is under way */
  private async store(fresh: Row & { readonly kind: string; readonly target: string }): Promise<boolean> {
    if (await insertIfAbsent(this.strapi, RUNS, fresh, ['kind', 'target'])) return true;
    const { kind, target } = fresh;
    const from = await tables(this.strapi);
    const stored = await from(RUNS).where({ kind, target }).whereNot({ state: 'running' }).update(fresh);
    return stored === 1;
  }

  private async work(
    mine: Mine,
    until: () => boolean,
    onProgress?: (status: RunStatus) => void,
  ): Promise<void> {
    const definition = this.kindNamed(mine.kind);
    const from = await tables(this.strapi);
    const row = (await from(RUNS)
      .where({ ...mine })
      .first()) as RunRow | undefined;
    if (row?.state !== 'running') return;
    let status = statusOf(row);
    let cursor = row.run_cursor;
    do {
      let outcome: RunStep;
      try {
        outcome = await definition.step(mine.target, cursor);
      } catch (error) {
        await this.fail(definition, mine, status, error);
        throw error;
      }
      cursor = outcome.cursor;
      const now = clock.now();
      const isOver = cursor === null;
      const done = status.done + outcome.done;
      status = {
        ...status,
        done,
        total: Math.max(status.total, done),
        state: isOver ? 'finished' : 'running',
      };
      const stored = await this.settle(definition, mine, status, {
        run_cursor: cursor,
        done,
        total: status.total,
        state: status.state,
        finished_at: isOver ? now.getTime() : null,
        lease_until: now.getTime() + LEASE,
      });
      onProgress?.(status);
      // The lease ran out during a long batch and another process took over: it goes on from the last cursor.
      if (!stored) return;
      // On SQLite nothing in a step waits for anything outside of this process: without a pause nobody else would get a
      // turn until the run is over, and keys that have left the memory would not be wiped.
      await setImmediate();
    } while (cursor !== null && !until());
  }

  /** Only what says nothing about persons is stored: a sentence of ours, or the kind of the error. */
  private async fail(definition: RunKind, mine: Mine, status: RunStatus, error: unknown): Promise<void> {
    const sentence =
      error instanceof GdprError ? error.message : error instanceof Error ? error.name : typeof error;
    await this.settle(
      definition,
      mine,
      { ...status, state: 'failed' },
      { state: 'failed', error: sentence.slice(0, 1_000), finished_at: clock.now().getTime() },
    );
  }

  /** Stores how far a run is, and tells its kind when it is over. @returns whether it was still this process's */
  private async settle(
    { ended }: RunKind,
    mine: Mine,
    status: RunStatus,
    columns: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const update = async (): Promise<boolean> => {
      const from = await tables(this.strapi);
      return (
        (await from(RUNS)
          .where({ ...mine })
          .update(columns)) === 1
      );
    };
    if (ended === undefined || status.state === 'running') return update();
    return inTransaction(this.strapi, async () => {
      if (!(await update())) return false;
      await ended(status);
      return true;
    });
  }

  private async lease(kind: string, target: string, holder: string): Promise<boolean> {
    const now = clock.now().getTime();
    const from = await tables(this.strapi);
    const taken = await from(RUNS)
      .where({ kind, target, state: 'running' })
      .where((free) => void free.whereNull('lease_until').orWhere('lease_until', '<', now))
      .update({ lease_until: now + LEASE, lease_holder: holder });
    return taken === 1;
  }

  private async release(mine: Mine): Promise<void> {
    const from = await tables(this.strapi);
    await from(RUNS)
      .where({ ...mine })
      .update({ lease_until: null, lease_holder: null });
  }

  private kindNamed(name: string): RunKind {
    const kind = this.kinds.get(name);
    if (kind === undefined) throw notFound('run-unknown', `There is no run "${name}".`);
    return kind;
  }
}

function statusOf(row: RunRow): RunStatus {
  return {
    kind: row.kind,
    target: row.target,
    state: row.state,
    done: Number(row.done),
    total: Number(row.total),
    error: row.error,
    startedAt: new Date(Number(row.started_at)),
    finishedAt: row.finished_at === null ? null : new Date(Number(row.finished_at)),
  };
}
