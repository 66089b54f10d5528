import type { Core } from '@strapi/types';

import { createTable } from '../database/create-table';

export const RUNS = 'gdpr_runs';

/** One row a run: how far it is, and which process is at it until when. Times are ms since 1970. */
export async function createRunsTable(strapi: Core.Strapi): Promise<void> {
  await createTable(strapi, RUNS, (table) => {
    table.string('kind', 64).notNullable();
    table.string('target', 190).notNullable();
    table.string('state', 16).notNullable();
    table.string('run_cursor', 190).nullable();
    table.bigInteger('done').notNullable();
    table.bigInteger('total').notNullable();
    table.string('error', 1_000).nullable();
    table.bigInteger('started_at').notNullable();
    table.bigInteger('finished_at').nullable();
    table.bigInteger('lease_until').nullable();
    table.string('lease_holder', 36).nullable();
    table.primary(['kind', 'target']);
  });
}
