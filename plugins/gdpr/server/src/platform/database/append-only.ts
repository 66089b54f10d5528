import type { Core } from '@strapi/types';

import { dialectOf } from './dialect';
import { installTriggers, type RefusingTrigger } from './triggers';

type Quote = (name: string) => string;

/** What an append-only table lets pass all the same. */
export interface AppendOnlyExceptions {
  /** The columns of the primary key; `id` unless said otherwise. */
  readonly key?: readonly string[];
  /** SQL for which an UPDATE passes (`NEW.x`, `OLD.x`); none passes without it. */
  readonly updateIf?: (quote: Quote) => string;
  /** SQL for which a DELETE passes (`OLD.x`). */
  readonly deleteIf?: (quote: Quote) => string;
}

/**
 * Installs (or renews) database triggers that refuse UPDATE and DELETE on `table`, on SQLite, PostgreSQL and
 * MariaDB. Idempotent; call it after every schema sync.
 *
 * What no trigger can refuse: its owner may drop it, and MariaDB's TRUNCATE passes by. That is what checkpoints kept
 * elsewhere are for.
 */
export async function installAppendOnlyGuard(
  strapi: Core.Strapi,
  table: string,
  { key = ['id'], updateIf, deleteIf }: AppendOnlyExceptions = {},
): Promise<void> {
  const message = `gdpr: ${table} is append-only; its rows are evidence and are neither changed nor deleted`;
  const unless = (passes: ((quote: Quote) => string) | undefined): Pick<RefusingTrigger, 'when'> =>
    passes === undefined ? {} : { when: (quote) => `NOT (${passes(quote)})` };
  const triggers: RefusingTrigger[] = [
    { table, event: 'UPDATE', message, ...unless(updateIf) },
    { table, event: 'DELETE', message, ...unless(deleteIf) },
  ];
  // SQLite's INSERT OR REPLACE deletes the old row without running its DELETE triggers.
  if (dialectOf(strapi) === 'sqlite') {
    const exists = (quote: Quote): string => {
      const same = key.map((column) => `${quote(column)} = NEW.${quote(column)}`).join(' AND ');
      const given = key.map((column) => `NEW.${quote(column)} IS NOT NULL`).join(' AND ');
      return `${given} AND EXISTS (SELECT 1 FROM ${quote(table)} WHERE ${same})`;
    };
    triggers.push({ table, event: 'INSERT', message, when: exists });
  }
  await installTriggers(strapi, 'append', table, triggers);
  if (dialectOf(strapi) === 'postgres') await refuseTruncate(strapi, table, message);
}

async function refuseTruncate(strapi: Core.Strapi, table: string, message: string): Promise<void> {
  const knex = strapi.db.connection;
  await knex.raw(
    `CREATE OR REPLACE FUNCTION gdpr_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS
     $gdpr$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23514'; END $gdpr$`,
  );
  await knex.raw('DROP TRIGGER IF EXISTS gdpr_refuse_truncate ON ??', [table]);
  await knex.raw(
    `CREATE TRIGGER gdpr_refuse_truncate BEFORE TRUNCATE ON ?? FOR EACH STATEMENT
     EXECUTE FUNCTION gdpr_refuse_truncate('${message.replaceAll("'", "''")}')`,
    [table],
  );
}
