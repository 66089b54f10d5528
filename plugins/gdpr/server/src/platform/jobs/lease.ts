import { randomUUID } from 'node:crypto';

import type { Core } from '@strapi/types';

import { clock } from '../clock';
import { tables } from '../database/connection';

/** A table whose rows are work: `state` says what is to do, `lease_until` and `lease_holder` who is at it. */
export interface WorkTable {
  readonly name: string;
  readonly dueState: string;
}

/** How long a node may be silent before another takes over its row, in ms. */
export const LEASE = 60_000;

/**
 * Takes due rows for this process. A row is taken by one atomic UPDATE, so that of two nodes one gets it; a process
 * that dies lets its lease run out, and the row is due again.
 *
 * @returns ids of the rows taken, oldest first
 */
async function leaseDueRows(strapi: Core.Strapi, work: WorkTable, limit: number): Promise<number[]> {
  const now = clock.now().getTime();
  const from = await tables(strapi);
  const due = (await from(work.name)
    .select('id')
    .where({ state: work.dueState })
    .where((free) => void free.whereNull('lease_until').orWhere('lease_until', '<', now))
    .where((time) => void time.whereNull('next_attempt_at').orWhere('next_attempt_at', '<=', now))
    .orderBy('id')
    .limit(limit)) as { id: number }[];
  const taken: number[] = [];
  for (const { id } of due) {
    const updated = await from(work.name)
      .where({ id, state: work.dueState })
      .where((free) => void free.whereNull('lease_until').orWhere('lease_until', '<', now))
      .update({ lease_until: now + LEASE, lease_holder: randomUUID() });
    if (updated === 1) taken.push(id);
  }
  return taken;
}

/**
 * Takes due rows and works through them, one after the other. A row whose work fails stays as it was, and is due again
 * when its lease has run out; the others do not wait for it.
 *
 * @returns how many rows were worked through
 */
export async function workThroughDueRows(
  strapi: Core.Strapi,
  work: WorkTable,
  limit: number,
  run: (id: number) => Promise<void>,
): Promise<number> {
  const ids = await leaseDueRows(strapi, work, limit);
  for (const id of ids) {
    try {
      await run(id);
    } catch (error) {
      // Only the kind: the message of a database or mail error may repeat what it was about.
      const kind = error instanceof Error ? error.name : typeof error;
      strapi.log.error(`gdpr: row ${String(id)} of ${work.name} failed (${kind}); it is tried again.`);
    }
  }
  return ids.length;
}
