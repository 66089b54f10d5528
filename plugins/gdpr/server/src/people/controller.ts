import type { Core } from '@strapi/types';

import { answeringRefusals } from '../platform/errors';

import { convertLead } from './people';

interface Context {
  readonly params: Readonly<Record<string, string>>;
  status: number;
  body: unknown;
}

export function peopleController({
  strapi,
}: {
  strapi: Core.Strapi;
}): Record<string, (ctx: Context) => Promise<void>> {
  return {
    async convertLead(ctx) {
      await answeringRefusals(ctx, async () => {
        const contact = await convertLead(strapi, ctx.params['documentId'] ?? '');
        ctx.status = 201;
        ctx.body = { data: contact };
      });
    },
  };
}
