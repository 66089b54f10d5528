import type { Core } from '@strapi/types';
import { z } from 'zod';

import type { Annotations } from '../protected-types';
import type { Vault } from '../vault';

import { maskAdminPanel, maskHomePage } from './admin-panel';
import { maskContentApi } from './content-api';
import { personalDataController } from './controller';
import { relaxForms } from './forms';
import { maskGraphql } from './graphql';
import { Masking } from './masking';
import { keepMasksOut, maskUsers } from './writes';

export { isMasked, isReadMasked } from './caller';
export { adminActions, adminRoutes, contentApiRoutes } from './routes';

const opened = new WeakMap<Core.Strapi, { readonly vault: Vault; readonly masking: Masking }>();

function partsOf(strapi: Core.Strapi): { vault: Vault; masking: Masking } {
  const parts = opened.get(strapi);
  if (parts === undefined) throw new Error('Masking is not set up yet.');
  return parts;
}

export const controllers = { 'personal-data': personalDataController(partsOf) };

/** Masks personal data of this type in what is about to leave, for whoever is behind the request under way. */
export function maskForCaller(strapi: Core.Strapi, uid: string, data: unknown): Promise<unknown> {
  return partsOf(strapi).masking.output(uid, data);
}

/** Puts masking where Strapi enforces permissions; call it in `register`, before anybody takes hold of those parts. */
export function prepareMasking(strapi: Core.Strapi): void {
  const masking = (): Masking => partsOf(strapi).masking;
  maskContentApi(strapi, masking);
  maskAdminPanel(strapi, masking);
  maskUsers(strapi, masking);
  relaxForms(strapi, masking);
  maskGraphql(strapi, masking);
  reportDenials(strapi);
}

/** Call it once the vault is open. */
export function openMasking(strapi: Core.Strapi, vault: Vault, annotations: Annotations): void {
  const masking = new Masking(strapi, annotations);
  opened.set(strapi, { vault, masking });
  vault.planner.unsearchable = (uid) => masking.unsearchable(uid);
  maskHomePage(strapi, masking);
  keepMasksOut(strapi, masking);
}

const named = z.string().max(1_000).nullable().catch(null);
const deniedSchema = z.object({ uid: named, documentId: named, reason: named });

/** Whoever refuses, a policy, the scope of a token or the controller: the attempt is reported before the answer leaves. */
function reportDenials(strapi: Core.Strapi): void {
  strapi.server.use(async (ctx, next) => {
    await next();
    const isDenied = ctx.status === 401 || ctx.status === 403;
    if (!isDenied || ctx.method !== 'POST' || !ctx.path.endsWith('/gdpr/personal-data/unmask')) return;
    const { body } = ctx.request as { readonly body?: unknown };
    const parsed = deniedSchema.safeParse(body);
    const event = parsed.success ? parsed.data : { uid: null, documentId: null, reason: null };
    await partsOf(strapi).vault.reportDenied(event);
  });
}
