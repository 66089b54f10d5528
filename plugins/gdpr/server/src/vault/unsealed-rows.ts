import type { Knex } from 'knex';

import { type ProtectedType, SEALED } from './protected-types';

/**
 * Rows that still wait to be sealed: never sealed at all, or with a value in the column of an attribute that was
 * annotated after the row was sealed.
 */
export function wherePending(query: Knex.QueryBuilder, type: ProtectedType): void {
  void query.whereNull(SEALED);
  for (const { column } of type.attributes.values()) void query.orWhereNotNull(column);
}
