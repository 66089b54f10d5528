import type { Core } from '@strapi/types';

import type { Room } from '../room';
import { readSettings } from '../settings';

import { Jobs } from './jobs';

export type { Job } from './jobs';
export { workThroughDueRows } from './lease';

const instances = new WeakMap<Core.Strapi, Jobs>();

/** The background work of this Strapi instance. */
export function jobsOf(strapi: Core.Strapi): Jobs {
  let jobs = instances.get(strapi);
  if (jobs === undefined) {
    jobs = new Jobs(strapi, readSettings(strapi).jobs.pollInterval);
    instances.set(strapi, jobs);
  }
  return jobs;
}

export const jobsRoom: Room = {
  name: 'jobs',
  services: {
    jobs: ({ strapi }) => ({
      drain: () => jobsOf(strapi).drain(),
      kick: () => {
        jobsOf(strapi).kick();
      },
    }),
  },

  bootstrap(strapi) {
    // Only a process that serves people works in the background; commands that load Strapi do not.
    strapi.server.httpServer.once('listening', () => jobsOf(strapi).start());
  },

  async destroy(strapi) {
    await jobsOf(strapi).stop();
  },
};
