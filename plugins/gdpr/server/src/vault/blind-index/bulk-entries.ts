import type { Core } from '@strapi/types';

import { insertMissingRows, qualified, raw, select, tables } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import { BLIND_INDEX, UNIQUE_VALUES } from '../tables';

import type { ScopedToken, TokenRow } from './blind-index';

/** One statement takes so many rows at most: three values each, below SQLite's 32,766 variables. */
const ROWS_A_STATEMENT = 2_000;

/** A value that must be unique, for one record. */
export interface Claim extends ScopedToken {
  readonly entityId: number;
}

/**
 * Adds index entries of many records; those that are there already stay. Sorted, because neighbours in the index cost
 * less than rows all over it, and because transactions that insert in one order do not deadlock.
 */
export async function insertTokensIfAbsent(strapi: Core.Strapi, tokens: readonly TokenRow[]): Promise<void> {
  const sorted = tokens.map((row) => ({ row, key: sortKey(row) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  await insertMissingRows(
    strapi,
    BLIND_INDEX,
    sorted.map(({ row: { scope, token, entity_id } }) => ({ scope, token, entity_id })),
  );
}

/** Texts of one byte a character compare several times faster than buffers do. */
function sortKey({ scope, token, entity_id }: TokenRow): string {
  const key = Buffer.allocUnsafe(12 + token.length);
  key.writeUInt32BE(scope >>> 0, 0);
  key.set(token, 4);
  key.writeDoubleBE(entity_id, 4 + token.length);
  return key.toString('latin1');
}

/**
 * Claims unique values for records that hold them already. The first record keeps a value that two have.
 *
 * @returns the claims that somebody else holds
 */
export async function claimIfFree<T extends Claim>(
  strapi: Core.Strapi,
  claims: readonly T[],
): Promise<readonly T[]> {
  if (claims.length === 0) return [];
  const sorted = [...claims].sort(
    (a, b) => a.scope - b.scope || Buffer.compare(a.token, b.token) || a.entityId - b.entityId,
  );
  await insertMissingRows(
    strapi,
    UNIQUE_VALUES,
    sorted.map(({ scope, token, entityId }) => ({ scope, token, entity_id: entityId })),
  );
  const holders = await holdersOf(strapi, claims);
  return claims.filter((claim) => {
    const holder = holders.get(claimKey(claim));
    return holder !== undefined && holder !== claim.entityId;
  });
}

/** Which record holds each of these unique values, by {@link claimKey}. */
export async function holdersOf(
  strapi: Core.Strapi,
  claims: readonly ScopedToken[],
): Promise<ReadonlyMap<string, number>> {
  const holders = new Map<string, number>();
  for (const part of chunk(claims)) {
    // A locking read on MariaDB: another would not see who claimed a value after this transaction began.
    const lock =
      strapi.db.dialect.client === 'mysql' && strapi.db.inTransaction() ? ' LOCK IN SHARE MODE' : '';
    const rows = await select<{ scope: number; token: Buffer; entity_id: number }>(
      strapi,
      `SELECT scope, token, entity_id FROM ?? WHERE ${tuplesIn(strapi, ['scope', 'token'], part.length)}${lock}`,
      [qualified(strapi, UNIQUE_VALUES), ...part.flatMap(({ scope, token }) => [scope, token])],
    );
    for (const row of rows) holders.set(claimKey(row), row.entity_id);
  }
  return holders;
}

export function claimKey({ scope, token }: ScopedToken): string {
  return `${String(scope)}:${token.toString('latin1')}`;
}

/** Which of these entries the index has, by {@link tokenKey}. */
export async function presentTokens(
  strapi: Core.Strapi,
  tokens: readonly TokenRow[],
): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  for (const part of chunk(tokens, ROWS_A_STATEMENT)) {
    const triples = tuplesIn(strapi, ['scope', 'token', 'entity_id'], part.length);
    const rows = await select<TokenRow>(strapi, `SELECT scope, token, entity_id FROM ?? WHERE ${triples}`, [
      qualified(strapi, BLIND_INDEX),
      ...part.flatMap(({ scope, token, entity_id }) => [scope, token, entity_id]),
    ]);
    for (const row of rows) present.add(tokenKey(row));
  }
  return present;
}

export function tokenKey({ scope, token, entity_id }: TokenRow): string {
  return `${String(entity_id)}:${claimKey({ scope, token })}`;
}

/** `(a, b) IN ((?, ?), …)`, in the form that lets each database use the index on these columns. */
function tuplesIn(strapi: Core.Strapi, columns: readonly string[], count: number): string {
  const tuple = `(${columns.map(() => '?').join(', ')})`;
  const list = Array.from({ length: count }, () => tuple).join(', ');
  const values = strapi.db.dialect.client === 'sqlite' ? 'VALUES ' : '';
  return `(${columns.join(', ')}) IN (${values}${list})`;
}

/** Takes entries out of the index. */
export async function deleteTokens(strapi: Core.Strapi, tokens: readonly TokenRow[]): Promise<void> {
  for (const part of chunk(tokens)) {
    const triples = tuplesIn(strapi, ['scope', 'token', 'entity_id'], part.length);
    await raw(strapi, `DELETE FROM ?? WHERE ${triples}`, [
      qualified(strapi, BLIND_INDEX),
      ...part.flatMap(({ scope, token, entity_id }) => [scope, token, entity_id]),
    ]);
  }
}

/** Gives up the unique values of records. */
export async function releaseClaims(
  strapi: Core.Strapi,
  scopes: readonly number[],
  ids: readonly number[],
): Promise<void> {
  const from = await tables(strapi);
  for (const part of chunk(ids)) {
    await from(UNIQUE_VALUES).whereIn('entity_id', part).whereIn('scope', scopes).delete();
  }
}

/** Gives up one unique value. */
export async function releaseClaim(
  strapi: Core.Strapi,
  { scope, token, entity_id }: TokenRow,
): Promise<void> {
  const from = await tables(strapi);
  await from(UNIQUE_VALUES).where({ scope, token, entity_id }).delete();
}
