import type { Core } from '@strapi/types';

import { tables } from '../../platform/database/connection';
import { badRequest } from '../../platform/errors';
import type { RunKind, RunStep } from '../../platform/runs';

import type { ProtectedType } from '../protected-types';
import type { Vault } from '../vault';

import { IndexFiller } from './index-filler';

export const REBUILD_INDEX = 'rebuild-index';

/**
 * Puts into the index whatever is missing there, of one type or of all: after an import that wrote rows below the
 * vault, or after a restored backup. What is there stays. The target of the run is the type's uid, or empty.
 */
export function rebuildIndex(strapi: Core.Strapi, vault: Vault): RunKind {
  const filler = new IndexFiller(strapi, vault);
  return {
    name: REBUILD_INDEX,
    total: (target) => countRows(strapi, typesFor(vault, target)),
    async step(target, cursor): Promise<RunStep> {
      return fillNext(filler, typesFor(vault, target), cursor ?? '0:0', null);
    },
  };
}

/**
 * One batch of walking through types. The cursor is `type:last id`.
 *
 * @param only the generation to fill; `null` for all that are written
 */
export async function fillNext(
  filler: IndexFiller,
  types: readonly ProtectedType[],
  cursor: string,
  only: number | null,
): Promise<RunStep> {
  const [at = '0', after = '0'] = cursor.split(':');
  const type = types[Number(at)];
  if (type === undefined) return { cursor: null, done: 0 };
  const { last, done } = await filler.fill(type, Number(after), only);
  return { cursor: last === null ? `${String(Number(at) + 1)}:0` : `${at}:${String(last)}`, done };
}

export async function countRows(strapi: Core.Strapi, types: readonly ProtectedType[]): Promise<number> {
  let total = 0;
  for (const { table } of types) {
    const from = await tables(strapi);
    const row = (await from(table).count({ number: '*' }).first()) as { number: number | string } | undefined;
    total += Number(row?.number ?? 0);
  }
  return total;
}

function typesFor(vault: Vault, target: string): readonly ProtectedType[] {
  if (target === '') return vault.types.all();
  const type = vault.types.get(target);
  if (type === undefined)
    throw badRequest('request-invalid', `${target} is no type with protected attributes.`);
  return [type];
}
