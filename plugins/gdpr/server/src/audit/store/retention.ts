import { clock } from '../../platform/clock';
import type { Job } from '../../platform/jobs';
import type { RunKind, Runs, RunStep } from '../../platform/runs';
import type { Settings } from '../../platform/settings';

import { PRUNE_STEP, type Pruning } from './pruning';

export const PRUNE_RUN = 'audit-prune';

type Retention = Settings['audit']['retention'];

const DAY = 24 * 3_600_000;
/** The database is asked this often whether tonight's run has begun, in ms. */
const LOOK = 60_000;

/** Prunes the whole log by age, in batches that each stand for themselves: first old values, then old entries. */
export function pruneRun(pruning: Pruning, retention: Retention): RunKind {
  return {
    name: PRUNE_RUN,
    total: () => pruning.end('payloads'),
    async step(_target, cursor): Promise<RunStep> {
      const begin = Number(cursor ?? 0);
      const now = clock.now().getTime();
      const size = await pruning.end('payloads');
      const end = Math.min(size, begin + PRUNE_STEP);
      // Of entries that go altogether nothing else has to be taken first.
      const full = Math.min(end, await pruning.end('entries'));
      if (full > begin)
        await pruning.pruneRange(begin, full, { what: 'entries', before: now - retention.entryDays * DAY });
      if (end > begin)
        await pruning.pruneRange(begin, end, { what: 'payloads', before: now - retention.valueDays * DAY });
      return { cursor: end < size ? String(end) : null, done: end - begin };
    },
  };
}

/** Begins the run once a night. Whoever is there works on it; a night that nobody was there is made up for. */
export function retentionJob(runs: Runs, { pruneHour }: Retention): Job {
  let nextLook = 0;
  return {
    name: 'audit-retention',
    async runDue() {
      const now = clock.now().getTime();
      if (now < nextLook && nextLook - now <= LOOK) return 0;
      nextLook = now + LOOK;
      const status = await runs.status(PRUNE_RUN);
      if (status?.state === 'running') return 0;
      if (status !== null && status.startedAt.getTime() >= lastNight(now, pruneHour)) return 0;
      await runs.start(PRUNE_RUN);
      return 1;
    },
  };
}

/**
 * The last time that it was this hour.
 *
 * @param now ms since 1970
 * @param hour 0 to 23, UTC: a night in which clocks are changed has every hour once
 */
export function lastNight(now: number, hour: number): number {
  const today = now - (now % DAY) + hour * 3_600_000;
  return today <= now ? today : today - DAY;
}
