import type { Core } from '@strapi/types';

import { insertIfAbsent, inWriteTransaction, lockRows, tables } from '../../platform/database/connection';

import { insertTokensIfAbsent } from '../blind-index/bulk-entries';
import type { Generations } from '../blind-index/generations';
import { type ProtectedType, SEALED } from '../protected-types';
import { claimsOf } from '../record-writer';
import { UNIQUE_VALUES } from '../tables';
import type { Vault } from '../vault';

/** Rows a batch; each has some twenty tokens, and is locked for the time of the batch. */
const BATCH = 200;

interface Row {
  readonly id: number;
  readonly locale?: string | null;
  readonly published_at?: unknown;
}

/**
 * Puts the entries of stored records into the index, where they are missing. The rows are locked meanwhile, so that
 * what is written is what they hold. Doing it again changes nothing.
 */
export class IndexFiller {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly vault: Vault,
  ) {}

  /**
   * One batch of a type's rows, in the order of their ids.
   *
   * @param only the generation to fill; `null` for all that are written
   * @returns the last id, or `null` when there are no more rows
   */
  async fill(
    type: ProtectedType,
    after: number,
    only: number | null,
  ): Promise<{ readonly last: number | null; readonly done: number }> {
    return inWriteTransaction(this.strapi, async () => {
      const generations = await this.vault.index.generations.hold();
      const written = generations.written.filter(({ generation }) => only === null || generation === only);
      const from = await tables(this.strapi);
      const query = from(type.table).select('*').where('id', '>', after).orderBy('id').limit(BATCH);
      const rows = (await lockRows(this.strapi, query)) as Row[];
      await this.fillRows(type, rows, { state: generations.state, written });
      const last = rows.at(-1);
      return { last: last === undefined || rows.length < BATCH ? null : last.id, done: rows.length };
    });
  }

  private async fillRows(
    type: ProtectedType,
    rows: readonly Row[],
    generations: Pick<Generations, 'state' | 'written'>,
  ): Promise<void> {
    const opened = await this.vault.writer.openMany(
      type,
      rows.map(({ id }) => id),
    );
    const tokens: { scope: number; token: Buffer; entity_id: number }[] = [];
    for (const row of rows) {
      const record = opened.get(row.id);
      // What does not open has no values to be found by; `strapi-gdpr scan` names it.
      if (record === undefined) continue;
      const claims = claimsOf(type, row.locale, row.published_at);
      const entries = this.vault.index.entriesOf(type, record.values, record.subject, claims, generations);
      tokens.push(...entries.tokens.map(({ scope, token }) => ({ scope, token, entity_id: row.id })));
      for (const { scope, token } of entries.unique) {
        const claim = { scope, token, entity_id: row.id };
        await insertIfAbsent(this.strapi, UNIQUE_VALUES, claim, ['scope', 'token']);
      }
      await this.fillColumns(type, row.id, record.values, generations);
    }
    await insertTokensIfAbsent(this.strapi, tokens);
  }

  private async fillColumns(
    type: ProtectedType,
    id: number,
    values: Readonly<Record<string, unknown>>,
    { written }: Pick<Generations, 'written'>,
  ): Promise<void> {
    for (const keyed of this.vault.index.keyedColumns.filter(({ uid }) => uid === type.uid)) {
      const columns = written.map((generation) => {
        const name = generation.generation % 2 === 1 ? keyed.columns.odd : keyed.columns.even;
        return [name, keyed.value(values, generation)] as const;
      });
      const from = await tables(this.strapi);
      await from(type.table).where({ id }).whereNotNull(SEALED).update(Object.fromEntries(columns));
    }
  }
}
