import type { Core } from '@strapi/types';
import type { Knex } from 'knex';

import { qualified, raw, type Row, runEach, select } from './connection';
import { dialectOf } from './dialect';

/** So many values go into one statement at most: SQLite takes 32,766. */
const VALUES_A_STATEMENT = 20_000;
/** And so many bytes of text: MariaDB refuses packets of more than 16 MB by default. */
const BYTES_A_STATEMENT = 4_000_000;

/** Looked up once a table: PostgreSQL has to be told the types of a list of values. */
const columnTypes = new WeakMap<Core.Strapi, Map<string, ReadonlyMap<string, string>>>();

/**
 * Gives many rows of a table each its own values, in as few statements as the database takes.
 *
 * @param rows with the same columns each, `id` among them
 * @param same values that all of these rows get
 */
export async function updateMany(
  strapi: Core.Strapi,
  table: string,
  rows: readonly Row[],
  same: Readonly<Record<string, null>> = {},
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'id');
  if (await updateEach(strapi, table, columns, rows, same)) return;
  for (const part of parts(rows)) {
    if (dialectOf(strapi) === 'mysql') await updateByCase(strapi, table, columns, part, same);
    else await updateFromValues(strapi, table, columns, part, same);
  }
}

/** On SQLite, in a transaction: see {@link runEach}. @returns whether it did */
function updateEach(
  strapi: Core.Strapi,
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
  same: Readonly<Record<string, null>>,
): Promise<boolean> {
  const set = [...columns.map(() => '?? = ?'), ...Object.keys(same).map(() => '?? = NULL')];
  return runEach(
    strapi,
    `UPDATE ?? SET ${set.join(', ')} WHERE id = ?`,
    [table, ...columns, ...Object.keys(same)],
    rows.map((row) => [...columns.map((column) => binding(row[column])), binding(row['id'])]),
  );
}

async function updateFromValues(
  strapi: Core.Strapi,
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
  same: Readonly<Record<string, null>>,
): Promise<void> {
  const types = dialectOf(strapi) === 'postgres' ? await typesOf(strapi, table) : null;
  const place = (column: string): string =>
    types === null ? '?' : `CAST(? AS ${types.get(column) ?? 'text'})`;
  const first = `(${['id', ...columns].map(place).join(', ')})`;
  const other = `(${['id', ...columns].map(() => '?').join(', ')})`;
  const set = [
    ...columns.map((_column, at) => `?? = v.column${String(at + 2)}`),
    ...Object.keys(same).map(() => '?? = NULL'),
  ];
  const values = [first, ...rows.slice(1).map(() => other)].join(', ');
  await raw(
    strapi,
    `UPDATE ?? AS t SET ${set.join(', ')} FROM (VALUES ${values}) AS v WHERE t.id = v.column1`,
    [
      qualified(strapi, table),
      ...columns,
      ...Object.keys(same),
      ...rows.flatMap((row) => ['id', ...columns].map((column) => binding(row[column]))),
    ],
  );
}

async function updateByCase(
  strapi: Core.Strapi,
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
  same: Readonly<Record<string, null>>,
): Promise<void> {
  const cases = rows.map(() => 'WHEN ? THEN ?').join(' ');
  const set = [
    ...columns.map(() => `?? = CASE id ${cases} END`),
    ...Object.keys(same).map(() => '?? = NULL'),
  ];
  await raw(strapi, `UPDATE ?? SET ${set.join(', ')} WHERE id IN (${rows.map(() => '?').join(', ')})`, [
    qualified(strapi, table),
    ...columns.flatMap((column) => [
      column,
      ...rows.flatMap((row) => [binding(row['id']), binding(row[column])]),
    ]),
    ...Object.keys(same),
    ...rows.map((row) => binding(row['id'])),
  ]);
}

function binding(value: Knex.Value | undefined): Knex.RawBinding {
  return value ?? null;
}

function* parts(rows: readonly Row[]): Generator<readonly Row[]> {
  let part: Row[] = [];
  let values = 0;
  let bytes = 0;
  for (const row of rows) {
    const held = Object.values(row);
    const size = held.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0);
    if (part.length > 0 && (values + held.length > VALUES_A_STATEMENT || bytes + size > BYTES_A_STATEMENT)) {
      yield part;
      part = [];
      values = 0;
      bytes = 0;
    }
    part.push(row);
    values += held.length;
    bytes += size;
  }
  if (part.length > 0) yield part;
}

async function typesOf(strapi: Core.Strapi, table: string): Promise<ReadonlyMap<string, string>> {
  const known = columnTypes.get(strapi) ?? new Map<string, ReadonlyMap<string, string>>();
  columnTypes.set(strapi, known);
  const cached = known.get(table);
  if (cached !== undefined) return cached;
  const rows = await select<{ name: string; type: string }>(
    strapi,
    `SELECT column_name AS name, udt_name AS type FROM information_schema.columns
     WHERE table_name = ? AND table_schema = coalesce(?, current_schema())`,
    [table, strapi.db.getSchemaName() ?? null],
  );
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  known.set(table, types);
  return types;
}
