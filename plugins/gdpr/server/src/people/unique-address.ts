import type { Core } from '@strapi/types';

import { badRequest } from '../platform/errors';

import { DATA_SUBJECT, type DataSubjects } from './data-subjects';

interface WriteEvent {
  readonly params: { readonly data?: unknown; readonly where?: { readonly id?: unknown } };
}

/**
 * Tells an editor, in Strapi's words, that an address belongs to another data subject. The unique index in the database
 * would refuse it anyway, only not as kindly.
 */
export function refuseTakenAddresses(strapi: Core.Strapi, subjects: DataSubjects): void {
  const check = async ({ params }: WriteEvent): Promise<void> => {
    const email = addressIn(params.data);
    const holder = email === null ? null : await subjects.find(email);
    if (holder === null || holder.id === params.where?.id) return;
    const message = 'This attribute must be unique';
    throw badRequest('protected-attribute-invalid', message, {
      errors: [{ path: ['email'], message, name: 'ValidationError' }],
    });
  };
  strapi.db.lifecycles.subscribe({
    models: [DATA_SUBJECT],
    beforeCreate: (event) => check(event),
    beforeUpdate: (event) => check(event),
  });
}

function addressIn(data: unknown): string | null {
  const email = typeof data === 'object' && data !== null && 'email' in data ? data.email : null;
  return typeof email === 'string' ? email : null;
}
