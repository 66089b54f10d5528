import type { Core } from '@strapi/types';

import { jobsOf } from '../jobs';
import type { Room } from '../room';
import { runAs } from '../unit-of-work';

import { Runs } from './runs';
import { createRunsTable } from './table';

export type { RunKind, RunStatus, RunStep } from './run-kind';
export type { Runs } from './runs';

/** So long the background works on one run before mails and other jobs get their turn, in ms. */
const SLICE = 500;

const instances = new WeakMap<Core.Strapi, Runs>();

/** The long work of this Strapi instance. */
export function runsOf(strapi: Core.Strapi): Runs {
  let runs = instances.get(strapi);
  if (runs === undefined) {
    runs = new Runs(strapi);
    instances.set(strapi, runs);
  }
  return runs;
}

/** Long work in batches that survives being killed; what nobody is at is taken up in the background. */
export const runsRoom: Room = {
  name: 'runs',
  services: { runs: ({ strapi }) => ({ of: () => runsOf(strapi) }) },

  afterSync: createRunsTable,

  bootstrap(strapi) {
    jobsOf(strapi).register({
      name: 'runs',
      async runDue() {
        const runs = runsOf(strapi);
        const open = (await runs.all()).filter(({ state }) => state === 'running');
        let advanced = 0;
        for (const { kind, target, done } of open) {
          if (!runs.knows(kind)) continue;
          const end = performance.now() + SLICE;
          // Named after what it does: the audit trail says who it was.
          const status = await runAs({ kind: 'job', name: kind }, () =>
            runs.advance(kind, target, { until: () => performance.now() > end }),
          );
          if (status.done > done) advanced += 1;
        }
        return advanced;
      },
    });
  },
};
