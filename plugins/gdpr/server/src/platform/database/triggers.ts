import { createHash } from 'node:crypto';

import type { Core } from '@strapi/types';

import { type Dialect, dialectOf } from './dialect';

/**
 * A database trigger that refuses certain writes. It holds where code does not: with Strapi's lifecycles disabled, on
 * raw SQL, and for any other client of the database.
 */
export interface RefusingTrigger {
  readonly table: string;
  readonly event: 'INSERT' | 'UPDATE' | 'DELETE';
  /**
   * Refuse rows for which this SQL holds (`NEW.x` and `OLD.x` name columns; quote them by `quote`). Without it every
   * row is refused.
   */
  readonly when?: (quote: (column: string) => string) => string;
  /** What the database says when it refuses. Never includes values. */
  readonly message: string;
}

/** MariaDB and PostgreSQL limit names to 64 and 63 bytes; table names may be long. */
function triggerName(family: string, trigger: RefusingTrigger, dialect: Dialect): string {
  const definition = createHash('sha256')
    .update(
      JSON.stringify([dialect, trigger.table, trigger.event, trigger.when?.((c) => c), trigger.message]),
    )
    .digest('hex')
    .slice(0, 12);
  return `${familyPrefix(family, trigger.table)}${trigger.event.slice(0, 3).toLowerCase()}_${definition}`;
}

function familyPrefix(family: string, table: string): string {
  return `gdpr_${family}_${createHash('sha256').update(table).digest('hex').slice(0, 12)}_`;
}

/**
 * Brings the triggers of one family on one table to exactly these: creates what is missing, then drops what is
 * outdated, so that at no moment the table is unguarded. Call it after every schema sync: SQLite loses triggers when
 * Strapi rebuilds a table.
 */
export async function installTriggers(
  strapi: Core.Strapi,
  family: string,
  table: string,
  triggers: readonly RefusingTrigger[],
): Promise<void> {
  const dialect = dialectOf(strapi);
  const sql = SQL[dialect];
  const present = await sql.list(strapi, table, familyPrefix(family, table));
  const wanted = new Map(triggers.map((trigger) => [triggerName(family, trigger, dialect), trigger]));
  for (const [name, trigger] of wanted) {
    if (present.includes(name)) continue;
    try {
      for (const statement of sql.create(name, trigger)) await run(strapi, statement);
    } catch (error) {
      // Another node that boots at the same moment may have been first.
      if (!(await sql.list(strapi, table, name)).includes(name)) throw error;
    }
  }
  for (const name of present) {
    if (!wanted.has(name)) for (const statement of sql.drop(name, table)) await run(strapi, statement);
  }
}

/** Those of these triggers that the table does not have, by the same measure as {@link installTriggers}. */
export async function missingTriggers(
  strapi: Core.Strapi,
  family: string,
  table: string,
  triggers: readonly RefusingTrigger[],
): Promise<RefusingTrigger[]> {
  const dialect = dialectOf(strapi);
  const present = await SQL[dialect].list(strapi, table, familyPrefix(family, table));
  return triggers.filter((trigger) => !present.includes(triggerName(family, trigger, dialect)));
}

interface TriggerSql {
  list(strapi: Core.Strapi, table: string, prefix: string): Promise<string[]>;
  create(name: string, trigger: RefusingTrigger): string[];
  drop(name: string, table: string): string[];
}

async function run(strapi: Core.Strapi, statement: string): Promise<void> {
  await strapi.db.connection.raw(statement);
}

const doubleQuoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const backquoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const SQL: Record<Dialect, TriggerSql> = {
  sqlite: {
    async list(strapi, table, prefix) {
      const rows = (await strapi.db
        .connection('sqlite_master')
        .select('name')
        .where({ type: 'trigger', tbl_name: table })) as { name: string }[];
      return rows.map(({ name }) => name).filter((name) => name.startsWith(prefix));
    },
    create(name, { table, event, when, message }) {
      const condition = when === undefined ? '' : ` WHEN ${when(doubleQuoted)}`;
      return [
        `CREATE TRIGGER IF NOT EXISTS ${doubleQuoted(name)} BEFORE ${event} ON ${doubleQuoted(table)} FOR EACH ROW` +
          `${condition} BEGIN SELECT RAISE(ABORT, ${literal(message)}); END`,
      ];
    },
    drop: (name) => [`DROP TRIGGER IF EXISTS ${doubleQuoted(name)}`],
  },

  postgres: {
    async list(strapi, table, prefix) {
      const rows = await strapi.db
        .connection('pg_trigger as t')
        .join('pg_class as c', 'c.oid', 't.tgrelid')
        .join('pg_namespace as n', 'n.oid', 'c.relnamespace')
        .select<{ name: string }[]>('t.tgname as name')
        .where({ 'c.relname': table, 't.tgisinternal': false })
        .whereRaw('n.nspname = coalesce(?, current_schema())', [strapi.db.getSchemaName() ?? null]);
      return rows.map(({ name }) => name).filter((name) => name.startsWith(prefix));
    },
    // The condition stands in the function's body and not in the trigger's WHEN: a WHEN would make PostgreSQL refuse
    // to drop the column later. A trigger and not a CHECK: a violated CHECK prints the whole row into the error.
    create(name, { table, event, when, message }) {
      const refuse = `RAISE EXCEPTION USING MESSAGE = ${literal(message)}, ERRCODE = '23514';`;
      const body =
        when === undefined
          ? refuse
          : `IF ${when(doubleQuoted)} THEN ${refuse} END IF; RETURN ${event === 'DELETE' ? 'OLD' : 'NEW'};`;
      return [
        `CREATE OR REPLACE FUNCTION ${doubleQuoted(name)}() RETURNS trigger LANGUAGE plpgsql AS $gdpr$ BEGIN ${body} END $gdpr$`,
        `CREATE TRIGGER ${doubleQuoted(name)} BEFORE ${event} ON ${doubleQuoted(table)} FOR EACH ROW EXECUTE FUNCTION ${doubleQuoted(name)}()`,
      ];
    },
    drop: (name, table) => [
      `DROP TRIGGER IF EXISTS ${doubleQuoted(name)} ON ${doubleQuoted(table)}`,
      `DROP FUNCTION IF EXISTS ${doubleQuoted(name)}()`,
    ],
  },

  mysql: {
    async list(strapi, table, prefix) {
      const rows = await strapi.db
        .connection('information_schema.TRIGGERS')
        .select<{ name: string }[]>('TRIGGER_NAME as name')
        .where({ EVENT_OBJECT_TABLE: table })
        .whereRaw('TRIGGER_SCHEMA = database()');
      return rows.map(({ name }) => name).filter((name) => name.startsWith(prefix));
    },
    create(name, { table, event, when, message }) {
      const refuse = `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = ${literal(message)};`;
      const body = when === undefined ? refuse : `IF ${when(backquoted)} THEN ${refuse} END IF;`;
      return [
        `CREATE TRIGGER ${backquoted(name)} BEFORE ${event} ON ${backquoted(table)} FOR EACH ROW BEGIN ${body} END`,
      ];
    },
    drop: (name) => [`DROP TRIGGER IF EXISTS ${backquoted(name)}`],
  },
};
