import type { Core } from '@strapi/types';

import type { AuditChoices } from '../../../../contracts/audit';
import type { Vault } from '../../vault';

import { namesOfAll } from './actor-names';

/** What the page's filters offer: the accounts that can act, and the types whose records are protected. */
export async function choicesOf(strapi: Core.Strapi, vault: Vault): Promise<AuditChoices> {
  const names = await namesOfAll(strapi, ['admin', 'api-token']);
  const types = vault.types.all().map(({ uid }) => ({ uid, name: typeName(strapi, uid) }));
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
    a.name.localeCompare(b.name);
  return {
    actors: Object.entries(names)
      .map(([actor, name]) => ({ actor, name }))
      .sort(byName),
    types: types.sort(byName),
  };
}

function typeName(strapi: Core.Strapi, uid: string): string {
  const models: Readonly<Record<string, { readonly info?: { readonly displayName?: string } } | undefined>> =
    { ...strapi.contentTypes, ...strapi.components };
  return models[uid]?.info?.displayName ?? uid;
}
