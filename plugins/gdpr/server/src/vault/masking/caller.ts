import { AsyncLocalStorage } from 'node:async_hooks';

import type { Core } from '@strapi/types';

/** Sees personal data in clear. */
export const READ = 'plugin::gdpr.personal-data.read';
/** Sees masks, and may have one record shown by an explicit act that leaves a trace. */
export const UNMASK = 'plugin::gdpr.personal-data.unmask';
export const USER = 'plugin::users-permissions.user';

/** An ability of Strapi's permission engine, as far as this module asks it. */
export interface Ability {
  can(action: string, subject?: unknown, field?: string): boolean;
}

interface Auth {
  readonly strategy?: { readonly name?: string };
  readonly credentials?: unknown;
}

/** The Koa context of a request, as far as masking looks at it. */
export interface RequestContext {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly state: {
    readonly auth?: Auth;
    readonly user?: { readonly id?: unknown };
    readonly userAbility?: Ability;
    readonly route?: { readonly handler?: unknown };
  };
}

/** Who asks, and what personal data they may see. */
export interface Caller {
  readonly seesPersonalData: boolean;
  readonly mayUnmask: boolean;
  /** The users-permissions user who is signed in: that record is the caller's own. */
  readonly userId: number | string | null;
  /** Whether somebody identified themselves, be it as "public"; a route without authentication knows nobody. */
  readonly isAuthenticated: boolean;
}

const NOBODY: Caller = { seesPersonalData: false, mayUnmask: false, userId: null, isAuthenticated: false };

/** Set while a visitor signs up or in: the user in the answer is himself. */
const signingIn = new AsyncLocalStorage<true>();
/** Set while one record is shown by an explicit act. */
const revealing = new AsyncLocalStorage<true>();

/** Runs the work of an action that signs somebody in or up. */
export function whileSigningIn<T>(work: () => T): T {
  return signingIn.run(true, work);
}

/** Runs work whose answer shows plain values, because the caller asked for them by unmasking. */
export function whileRevealing<T>(work: () => T): T {
  return revealing.run(true, work);
}

export function isRevealing(): boolean {
  return revealing.getStore() === true;
}

const known = new WeakMap<object, { readonly auth: unknown; readonly caller: Promise<Caller> }>();

/** The request under way, if this runs in one. */
export function currentRequest(strapi: Core.Strapi): RequestContext | undefined {
  const context: unknown = strapi.requestContext.get();
  return context as RequestContext | undefined;
}

/**
 * Who is behind the request under way; `null` for code that runs outside of any (a job, a script, the bootstrap).
 * Rights are asked of Strapi's own engines: the admin panel's ability, or the token's, role's or public's permissions.
 */
export async function callerOf(strapi: Core.Strapi): Promise<Caller | null> {
  const context = currentRequest(strapi);
  if (context === undefined) return null;
  const { auth } = context.state;
  const before = known.get(context);
  // A context is there before anybody is authenticated, so what was known may have changed.
  if (before !== undefined && before.auth === auth) return before.caller;
  const caller = identify(strapi, context);
  known.set(context, { auth, caller });
  return caller;
}

/** Whether personal data must be masked for whoever is behind the request under way. */
export async function isMasked(strapi: Core.Strapi): Promise<boolean> {
  const caller = await callerOf(strapi);
  return caller !== null && !caller.seesPersonalData && !isRevealing();
}

/**
 * Whether what is read now is read for somebody who is shown masks of it. Of a request that nobody was identified for
 * it is not said: what its code does with what it reads, it decides by itself.
 */
export async function isReadMasked(strapi: Core.Strapi): Promise<boolean> {
  const caller = await callerOf(strapi);
  return caller !== null && caller.isAuthenticated && !caller.seesPersonalData && !isRevealing();
}

/** What an ability of the admin panel may see. */
export function seesPersonalData(ability: Ability): boolean {
  return ability.can(READ) || isRevealing();
}

/** Tells the caller's own record from others: the user who is signed in, or is signing in. */
export function ownRecord(caller: Caller | null): (uid: string, record: object) => boolean {
  const userId = caller?.userId ?? null;
  const isSigningIn = signingIn.getStore() === true;
  return (uid, record) =>
    uid === USER && (isSigningIn || (userId !== null && 'id' in record && record.id === userId));
}

async function identify(strapi: Core.Strapi, { state }: RequestContext): Promise<Caller> {
  const { auth, userAbility, user } = state;
  if (auth === undefined) return NOBODY;
  if (userAbility !== undefined) {
    return {
      seesPersonalData: userAbility.can(READ),
      mayUnmask: userAbility.can(UNMASK),
      userId: null,
      isAuthenticated: true,
    };
  }
  const [seesPersonalData, mayUnmask] = await Promise.all([
    isGranted(strapi, auth, READ),
    isGranted(strapi, auth, UNMASK),
  ]);
  const isUser = auth.strategy?.name === 'users-permissions';
  const id = isUser ? user?.id : undefined;
  const userId = typeof id === 'number' || typeof id === 'string' ? id : null;
  return { seesPersonalData, mayUnmask, userId, isAuthenticated: true };
}

interface Verifier {
  verify(auth: Auth, config: { readonly scope: readonly string[] }): Promise<void>;
}

/** Whether the content API grants this action to a token, role or the public, by Strapi's own check. */
export async function isGranted(strapi: Core.Strapi, auth: Auth, scope: string): Promise<boolean> {
  try {
    await strapi.get<Verifier>('auth').verify(auth, { scope: [scope] });
    return true;
  } catch {
    return false;
  }
}
