import type { Core } from '@strapi/types';

import type { Audit } from './audit';

const audits = new WeakMap<Core.Strapi, Audit>();

export function openAudit(strapi: Core.Strapi, audit: Audit): void {
  audits.set(strapi, audit);
}

/** The audit trail, once it is open. */
export function openedAudit(strapi: Core.Strapi): Audit | undefined {
  return audits.get(strapi);
}

/** The audit trail of this Strapi instance; there is one as soon as the vault is open. */
export function auditOf(strapi: Core.Strapi): Audit {
  const audit = audits.get(strapi);
  if (audit === undefined) throw new Error('The audit trail is not open yet.');
  return audit;
}
