import type { Core } from '@strapi/types';
import { errors } from '@strapi/utils';

import type { PersonalDataAccess } from '../../../../contracts/personal-data';
import type { Vault } from '../vault';

import { callerOf, type RequestContext } from './caller';
import type { Masking } from './masking';
import { parseUnmaskRequest, unmask } from './unmasking';

interface Context extends RequestContext {
  readonly request: { readonly body?: unknown };
  set(header: string, value: string): void;
  body: unknown;
}
type Action = (ctx: Context) => Promise<void>;

/** Says what the caller may see, and shows one record to those who may ask for it. */
export function personalDataController(
  parts: (strapi: Core.Strapi) => { vault: Vault; masking: Masking },
): (context: { strapi: Core.Strapi }) => Record<'read' | 'unmask', Action> {
  return ({ strapi }) => ({
    /** `GET /personal-data/access` */
    async read(ctx) {
      const caller = await callerOf(strapi);
      ctx.set('Cache-Control', 'no-store');
      const access = {
        seesPersonalData: caller?.seesPersonalData ?? false,
        mayUnmask: caller?.mayUnmask ?? false,
      };
      // The admin panel asks which records get its panel; a client of the content API knows what it asks for.
      const isAdmin = ctx.state.userAbility !== undefined;
      ctx.body = {
        data: isAdmin
          ? ({ ...access, types: parts(strapi).masking.types() } satisfies PersonalDataAccess)
          : access,
      };
    },

    /** `POST /personal-data/unmask` */
    async unmask(ctx) {
      const { vault, masking } = parts(strapi);
      if ((await callerOf(strapi))?.mayUnmask !== true) throw new errors.ForbiddenError();
      const request = parseUnmaskRequest(ctx.request.body);
      const data = await unmask(strapi, vault, masking, request);
      if (data === null) throw new errors.ForbiddenError();
      ctx.set('Cache-Control', 'no-store');
      ctx.body = { data };
    },
  });
}
