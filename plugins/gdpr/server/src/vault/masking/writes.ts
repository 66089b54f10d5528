import type { Core } from '@strapi/types';

import { callerOf, currentRequest, ownRecord, USER, whileSigningIn } from './caller';
import type { Masking } from './masking';

interface UserContext {
  readonly params: Readonly<Record<string, unknown>>;
  readonly request: { body?: unknown };
}
type Action = (this: unknown, context: UserContext, ...rest: unknown[]) => Promise<unknown>;
type Controller = Record<string, Action>;
interface Controllers {
  extend(uid: string, extend: (controller: Controller) => Controller): unknown;
}

/**
 * The second line behind the input sanitizers, for controllers that hand a request's body to the document service as it
 * is: a mask never becomes a value. `null` is left alone here, because code may mean it.
 */
export function keepMasksOut(strapi: Core.Strapi, masking: Masking): void {
  strapi.documents.use(async (context, next) => {
    const { uid, action, params } = context;
    if (action !== 'create' && action !== 'update' && action !== 'clone') return next();
    if (!masking.map.reaches(uid) || !('data' in params)) return next();
    const caller = await callerOf(strapi);
    // A route without authentication has shown nobody a mask; what it stores is its own.
    if (caller === null || !caller.isAuthenticated || caller.seesPersonalData) return next();
    const data = masking.withoutMasks(uid, params.data, action === 'create', false);
    context.params = { ...params, data } as never;
    return next();
  });
}

/**
 * The controllers of users-permissions validate a user's body before any sanitizer sees it, and look a user up by what
 * stands in it. And whoever signs in or up gets his own user back.
 */
export function maskUsers(strapi: Core.Strapi, masking: () => Masking): void {
  if (!(strapi.plugin('users-permissions') as unknown)) return;
  const controllers = strapi.get<Controllers>('controllers');
  const withoutMasks =
    (controller: Controller, name: string): Action =>
    async (context, ...rest) => {
      await dropMasks(strapi, masking(), context);
      return controller[name]?.call(controller, context, ...rest);
    };
  for (const uid of ['plugin::users-permissions.user', 'plugin::users-permissions.contentmanageruser']) {
    controllers.extend(uid, (controller) => ({
      ...controller,
      update: withoutMasks(controller, 'update'),
    }));
  }
  controllers.extend('plugin::users-permissions.auth', (controller) =>
    Object.fromEntries(
      Object.entries(controller).map(([name, action]) => [
        name,
        (context: UserContext, ...rest: unknown[]) =>
          whileSigningIn(() => action.call(controller, context, ...rest)),
      ]),
    ),
  );
}

async function dropMasks(strapi: Core.Strapi, masking: Masking, context: UserContext): Promise<void> {
  const isOwn = ownRecord(await callerOf(strapi));
  const id = Number(context.params['id']);
  if (currentRequest(strapi)?.state.userAbility === undefined && isOwn(USER, { id })) return;
  context.request.body = await masking.input(USER, context.request.body, false);
}
