import { createHash } from 'node:crypto';

/** The kinds of token. Each has its own scope, so that a token of one kind never answers for another. */
export const TOKEN_KINDS = ['value', 'folded', 'spelling', 'prefix', 'trigram'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** The scope numbers of one attribute. */
export type Scopes = Readonly<Record<TokenKind, number>>;

/**
 * The number of a scope in the index tables: the first 31 bits of SHA-256 over its name. Derived and not counted, so
 * that every node and every restored backup agrees without a table. Rows of two scopes that collide would still not
 * match, because tokens are made with a key per attribute and kind.
 */
export function scopeNumber(...name: readonly string[]): number {
  return createHash('sha256').update(JSON.stringify(name)).digest().readUInt32BE(0) >>> 1;
}

export function scopesOf(uid: string, attribute: string): Scopes {
  return {
    value: scopeNumber(uid, attribute, 'value'),
    folded: scopeNumber(uid, attribute, 'folded'),
    spelling: scopeNumber(uid, attribute, 'spelling'),
    prefix: scopeNumber(uid, attribute, 'prefix'),
    trigram: scopeNumber(uid, attribute, 'trigram'),
  };
}
