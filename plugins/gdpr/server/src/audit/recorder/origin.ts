import path from 'node:path';

import type { Core } from '@strapi/types';

import { currentUnitOfWork } from '../../platform/unit-of-work';
import type { Source } from '../entry/entry';

import { type AddressDetail, keptAddress } from './ip-address';

/** Who does something, and from where: what every entry says. */
export interface Origin {
  readonly actor: string;
  readonly source: Source;
  readonly name?: string;
  readonly ip?: string;
}

/** What is looked at of a request. */
export interface RequestContext {
  readonly path: string;
  readonly method: string;
  readonly request: { readonly ip?: string };
  readonly params?: Readonly<Record<string, unknown>>;
  readonly state: {
    readonly user?: { readonly id?: unknown };
    readonly auth?: {
      readonly strategy?: { readonly name?: string };
      readonly credentials?: { readonly id?: unknown } | null;
    };
    readonly route?: {
      readonly path?: string;
      readonly handler?: unknown;
      readonly info?: { readonly type?: string; readonly apiName?: string; readonly pluginName?: string };
    };
  };
}

/** Accounts by id: a name would be personal data of a colleague, and the account knows it. */
function actorOf({ state }: RequestContext): string {
  const strategy = state.auth?.strategy?.name;
  const id = idOf(state.user) ?? idOf(state.auth?.credentials);
  if (id === null) return 'public';
  switch (strategy) {
    case 'admin':
      return `admin:${id}`;
    case 'admin-token':
    case 'content-api-token':
    case 'api-token':
      return `api-token:${idOf(state.auth?.credentials) ?? id}`;
    case 'users-permissions':
      return `user:${id}`;
    default:
      return `${strategy ?? 'user'}:${id}`;
  }
}

function sourceOf(context: RequestContext, graphqlEndpoint: string): Source {
  const { path: url, state } = context;
  if (url === graphqlEndpoint || url.startsWith(`${graphqlEndpoint}/`)) return 'graphql';
  if (url.startsWith('/content-manager/')) return 'content-manager';
  if (state.route?.info?.type === 'admin') return 'admin';
  if (state.route?.info?.type === 'content-api') return 'rest';
  return 'http';
}

/** Finds out who is at work: a job, a command, a request's account, or code of which nothing is known but the script. */
export class Origins {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly address: AddressDetail,
  ) {}

  /** The request that is being answered, unless a job or command runs that was set off by it. */
  request(): RequestContext | undefined {
    if (currentUnitOfWork() !== undefined) return undefined;
    return this.strapi.requestContext.get();
  }

  current(): Origin {
    const unit = currentUnitOfWork();
    if (unit !== undefined) {
      const source = unit.kind === 'script' ? 'code' : unit.kind;
      return { actor: unit.kind === 'command' ? 'command' : 'system', source, name: unit.name };
    }
    const request = this.request();
    if (request !== undefined) return this.of(request);
    return { actor: 'system', source: 'code', name: path.basename(process.argv[1] ?? 'node') };
  }

  of(request: RequestContext): Origin {
    // A project's code may run something in a context that it made itself, without a request.
    const { request: http } = request as { readonly request?: { readonly ip?: string } };
    const ip = http?.ip === undefined ? undefined : keptAddress(http.ip, this.address);
    const origin = { actor: actorOf(request), source: sourceOf(request, this.graphqlEndpoint) };
    return ip === undefined ? origin : { ...origin, ip };
  }

  private get graphqlEndpoint(): string {
    return this.strapi.config.get<string>('plugin::graphql.endpoint', '/graphql');
  }
}

function idOf(account: { readonly id?: unknown } | null | undefined): string | null {
  const id = account?.id;
  return typeof id === 'number' || (typeof id === 'string' && /^[\w-]{1,40}$/.test(id)) ? String(id) : null;
}
