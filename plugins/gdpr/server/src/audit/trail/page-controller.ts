import type { Core } from '@strapi/types';
import { z } from 'zod';

import type { AuditEntryVerification, AuditPerson } from '../../../../contracts/audit';
import { badRequest, notFound } from '../../platform/errors';
import { vaultOf } from '../../vault';
import type { Audit } from '../audit';
import { verifyEntry } from '../verify/verify-entry';

import { choicesOf } from './choices';
import { parseIndex } from './trail-query';

interface Context {
  readonly params: Readonly<Record<string, string>>;
  readonly request: { readonly body?: unknown };
  body: unknown;
}
type Action = (ctx: Context) => Promise<void>;

const personSchema = z.strictObject({ email: z.string().min(3).max(320) });

/** What only the page of the admin panel asks for. */
export function auditPageController(
  strapi: Core.Strapi,
  audit: () => Audit,
): Readonly<Record<'choices' | 'findPerson' | 'verifyOne', Action>> {
  return {
    async choices(ctx) {
      ctx.body = { data: await choicesOf(strapi, vaultOf(strapi)) };
    },

    /** Whoever can ask whether an address is known learns something about a person: that leaves a trace, too. */
    async findPerson(ctx) {
      const parsed = personSchema.safeParse(ctx.request.body);
      if (!parsed.success) throw badRequest('request-invalid', 'Say whose entries you want: { "email": … }.');
      const person = await audit().findPerson(parsed.data.email);
      const found = person !== null;
      await audit().recorder.record({
        action: 'find-person',
        details: { found, ...(person === null ? {} : { subject: person }) },
      });
      ctx.body = { data: { person } satisfies AuditPerson };
    },

    async verifyOne(ctx) {
      const index = parseIndex(ctx.params['index']);
      const { store, checkpoints, keys } = audit();
      const [row] = await store.entries(index, index + 1);
      if (row === undefined) throw notFound('request-invalid', 'There is no such entry.');
      const last = await checkpoints.last();
      const inclusion =
        last !== null && index < last.size
          ? { proof: await store.inclusionProof(index, last.size), note: last.note }
          : null;
      const evidence = { ...row, leaf: await store.leafHash(index), inclusion };
      const data: AuditEntryVerification = verifyEntry(evidence, await keys.verifiers());
      ctx.body = { data };
    },
  };
}
