import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { tables } from '../../platform/database/connection';
import type { RunKind, RunStep } from '../../platform/runs';

import { scopesOfType } from '../blind-index/blind-index';
import { NOTICED, waitedUntil } from '../remembered';
import { BLIND_INDEX, UNIQUE_VALUES } from '../tables';
import type { Vault } from '../vault';

import { IndexFiller } from './index-filler';
import { countRows, fillNext } from './rebuild-index';

export const ROTATE_INDEX_KEY = 'rotate-index-key';
/** Tokens deleted at a time. */
const DELETE_BATCH = 5_000;

/**
 * Gives the blind index a new key, while searches go on and answer exactly.
 *
 * 1. `build`: nodes begin to write entries in two generations; searches use the old one.
 * 2. `fill`: the entries of all records in the new generation, once nobody writes by the state before 1 any more.
 * 3. `serve`: searches use the new generation; the old one is still written, for nodes that have not noticed yet.
 * 4. `retire`: the old one is not written any more, once all nodes have noticed 3.
 * 5. `delete`: its tokens, claims and key are deleted, once nobody writes by the state before 4 any more.
 *
 * The target of the run is the number of the new generation. A node never works by a state more than one step away
 * from another's, and each two neighbours agree: that is what the waits between the steps are for.
 */
export function rotateIndexKey(strapi: Core.Strapi, vault: Vault): RunKind {
  const filler = new IndexFiller(strapi, vault);
  const { generations } = vault.index;
  const types = vault.types.all();

  async function begin(next: number): Promise<string> {
    await generations.tokensOf(next);
    await generations.change((state) => {
      if (state.building === next || state.serving >= next) return state;
      return { serving: state.serving, building: next, retiring: null };
    });
    return `build:${noticedAt()}`;
  }

  async function serve(next: number): Promise<string> {
    await generations.change((state) =>
      state.serving === next ? state : { serving: next, building: null, retiring: state.serving },
    );
    return `serve:${noticedAt()}`;
  }

  async function retire(): Promise<string> {
    await generations.change((state) => ({ serving: state.serving, building: null, retiring: null }));
    return `retire:${noticedAt()}`;
  }

  /** Deletes some tokens of the generation before; one scope after the other. */
  async function deleteNext(old: number, at: number): Promise<string | null> {
    const tokens = await generations.tokensOf(old);
    const scope = types.flatMap(scopesOfType)[at];
    if (scope === undefined) return null;
    const number = tokens.scope(scope);
    const from = await tables(strapi);
    for (const table of [BLIND_INDEX, UNIQUE_VALUES]) {
      const [limit] = (await from(table)
        .select('token')
        .where({ scope: number })
        .orderBy('token')
        .offset(DELETE_BATCH)
        .limit(1)) as { token: Buffer }[];
      const rows = from(table).where({ scope: number });
      if (limit === undefined) await rows.delete();
      else {
        await rows.where('token', '<=', limit.token).delete();
        return `delete:${String(at)}`;
      }
    }
    return `delete:${String(at + 1)}`;
  }

  async function finish(old: number): Promise<void> {
    for (const { uid, columns } of vault.index.keyedColumns) {
      const type = vault.types.get(uid);
      const column = old % 2 === 1 ? columns.odd : columns.even;
      const from = await tables(strapi);
      if (type !== undefined)
        await from(type.table)
          .whereNotNull(column)
          .update({ [column]: null });
    }
    await generations.forgetKey(old);
    await vault.reportKeyOperation({ operation: 'index-key-rotated', detail: { generation: old + 1 } });
  }

  return {
    name: ROTATE_INDEX_KEY,
    total: () => countRows(strapi, types),

    async step(target, cursor): Promise<RunStep> {
      const next = Number(target);
      if (cursor === null) return { cursor: await begin(next), done: 0 };
      const [phase = '', first = '0', second = '0'] = cursor.split(':');
      if (phase === 'fill') {
        const { cursor: position, done } = await fillNext(filler, types, `${first}:${second}`, next);
        return { cursor: position === null ? await serve(next) : `fill:${position}`, done };
      }
      if (phase === 'delete') {
        const following = await deleteNext(next - 1, Number(first));
        if (following === null) await finish(next - 1);
        return { cursor: following, done: 0 };
      }
      if (!(await waitedUntil(Number(first)))) return { cursor, done: 0 };
      if (phase === 'serve') return { cursor: await retire(), done: 0 };
      await generations.barrier();
      return { cursor: phase === 'build' ? 'fill:0:0' : 'delete:0', done: 0 };
    },
  };
}

const noticedAt = (): string => String(clock.now().getTime() + NOTICED);
