import type { Core } from '@strapi/types';

import { tables } from './connection';
import { dialectOf, type Dialect } from './dialect';

/** "The same, or NULL both". */
const SAME: Readonly<Record<Dialect, (a: string, b: string) => string>> = {
  sqlite: (a, b) => `${a} IS ${b}`,
  postgres: (a, b) => `${a} IS NOT DISTINCT FROM ${b}`,
  mysql: (a, b) => `${a} <=> ${b}`,
};

/** SQL for a trigger that holds when an UPDATE changes no column of the row. Not for PostgreSQL's `json`, which knows no equality. */
export async function sameRow(
  strapi: Core.Strapi,
  table: string,
): Promise<(quote: (column: string) => string) => string> {
  const from = await tables(strapi);
  const columns = Object.keys(await from(table).columnInfo()).sort();
  const same = SAME[dialectOf(strapi)];
  return (quote) =>
    columns.map((column) => same(`NEW.${quote(column)}`, `OLD.${quote(column)}`)).join(' AND ');
}
