import type { Core } from '@strapi/types';

import type { Room } from '../platform/room';

import { purposeSchema } from './content-types/purpose/schema';
import { ProcessingGate } from './processing';
import { seedPurposes } from './purposes';

export type { ConsentEvidence, Person } from './processing';
export { consentPurposes, findPurposes, type Purpose, textOf } from './purposes';

const gates = new WeakMap<Core.Strapi, ProcessingGate>();

/** The processing gate of this Strapi instance. */
export function gateOf(strapi: Core.Strapi): ProcessingGate {
  let gate = gates.get(strapi);
  if (gate === undefined) {
    gate = new ProcessingGate(strapi);
    gates.set(strapi, gate);
  }
  return gate;
}

/** What personal data may be used for, and on which lawful basis. */
export const lawfulnessRoom: Room = {
  name: 'lawfulness',
  contentTypes: { purpose: { schema: purposeSchema as never } },
  services: {
    processing: ({ strapi }) => ({
      check: (question: Parameters<ProcessingGate['check']>[0]) => gateOf(strapi).check(question),
      filter: (purpose: string, emails: readonly string[]) => gateOf(strapi).filter(purpose, emails),
    }),
  },
  bootstrap: seedPurposes,
};
