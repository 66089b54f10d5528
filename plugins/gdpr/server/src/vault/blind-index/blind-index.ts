import { AsyncLocalStorage } from 'node:async_hooks';

import type { Core } from '@strapi/types';
import type { Knex } from 'knex';

import { insertIfAbsent, insertMissingRows, insertRows, tables } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import { badRequest } from '../../platform/errors';
import type { ProtectedAttribute, ProtectedType } from '../protected-types';
import type { ProtectedValues } from '../record-sealer';
import { BLIND_INDEX, UNIQUE_VALUES } from '../tables';

import type { GenerationTokens } from './generation-tokens';
import type { Generations, IndexGenerations } from './generations';
import { scopeNumber, type TokenKind } from './scopes';
import { createSpelling, type Spelling } from './spelling';
import { textsOfAnySpelling, tokenTexts } from './token-texts';

/** One row of the index, without the entity. */
export interface ScopedToken {
  readonly scope: number;
  readonly token: Buffer;
}

export interface TokenRow {
  readonly scope: number;
  readonly token: Buffer;
  readonly entity_id: number;
}

/** What one record puts into the index. */
export interface IndexEntries {
  readonly tokens: readonly ScopedToken[];
  /** Tokens of `unique` attributes: no two records may hold the same. */
  readonly unique: readonly (ScopedToken & { readonly attribute: string })[];
  /** The state of the index they were made for, and how to make them for a later one. */
  readonly epoch: number;
  readonly again: () => IndexEntries;
}

/** What a record has in the index that was not sealed before. */
export const NOTHING_INDEXED: IndexEntries = {
  tokens: [],
  unique: [],
  epoch: Number.MAX_SAFE_INTEGER,
  again: () => NOTHING_INDEXED,
};

/** A column of a table that holds a keyed hash instead of a row in the index, one for odd and one for even generations. */
export interface KeyedColumn {
  readonly uid: string;
  readonly columns: { readonly odd: string; readonly even: string };
  /** What stands in the column of this generation; `null` for nothing. */
  readonly value: (values: ProtectedValues, tokens: GenerationTokens) => string | null;
}

/**
 * Finds sealed records without opening them: a table of keyed hashes (BLAKE2b, 128 bits) of the normalised values.
 * While the index key is rotated, entries are written in two generations and searched in one (generations.ts).
 */
export class BlindIndex {
  /** Keyed columns that rooms above keep beside the index; a rotation of the key takes them along. */
  readonly keyedColumns: KeyedColumn[] = [];
  private readonly deferred = new AsyncLocalStorage<TokenRow[]>();

  constructor(
    private readonly strapi: Core.Strapi,
    readonly generations: IndexGenerations,
    private readonly spelling: Spelling = createSpelling(),
  ) {}

  /** Sees to it that searches by what comes next are in the generation that serves. */
  async ready(): Promise<void> {
    await this.generations.current();
  }

  /** Sees to it that what the current transaction writes is in all generations that are written until it ends. */
  async hold(): Promise<void> {
    await this.generations.hold();
  }

  token(uid: string, attribute: string, kind: string, text: string): Buffer {
    return this.serving.token(uid, attribute, kind, text);
  }

  scopedToken(uid: string, attribute: ProtectedAttribute, kind: TokenKind, text: string): ScopedToken {
    return scoped(this.serving, uid, attribute, kind, text);
  }

  /** Tokens of which one stands in the index for every value that is a spelling of this text. */
  tokensOfAnySpelling(uid: string, attribute: ProtectedAttribute, text: string): ScopedToken[] {
    return textsOfAnySpelling(attribute, text, this.spelling).map(([kind, form]) =>
      this.scopedToken(uid, attribute, kind, form),
    );
  }

  /** The token that ties a record to its data subject, so that all records of a person are one look-up. */
  subjectToken(type: ProtectedType, subject: string): ScopedToken {
    return subjectTokenIn(this.serving, type, subject);
  }

  /** The token that no second record may claim. `variant` separates those that do not compete, such as locales. */
  uniqueToken(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    text: string,
    variant: string,
  ): ScopedToken {
    return uniqueTokenIn(this.serving, type, attribute, text, variant);
  }

  entriesOf(
    type: ProtectedType,
    values: ProtectedValues,
    subject: string | null,
    /** The records that compete for unique values; `null` when this one competes with none. */
    variant: string | null,
    generations: Pick<Generations, 'state' | 'written'> = this.generations.known,
  ): IndexEntries {
    const tokens = new Map<string, ScopedToken>();
    const unique: (ScopedToken & { attribute: string })[] = [];
    const add = (entry: ScopedToken): void => void tokens.set(keyOf(entry), entry);
    for (const written of generations.written) {
      // A data subject is its own; it needs no entry to be found by.
      if (subject !== null && !isSelf(type)) add(subjectTokenIn(written, type, subject));
      for (const attribute of type.attributes.values()) {
        for (const [kind, texts] of tokenTexts(attribute, values[attribute.name], this.spelling)) {
          for (const text of texts) add(scoped(written, type.uid, attribute, kind, text));
          const [text] = texts;
          if (kind === 'value' && attribute.unique && text !== undefined && variant !== null) {
            const claim = uniqueTokenIn(written, type, attribute, text, variant);
            unique.push({ ...claim, attribute: attribute.name });
          }
        }
      }
    }
    return {
      tokens: [...tokens.values()],
      unique,
      epoch: generations.state.epoch,
      again: () => this.entriesOf(type, values, subject, variant),
    };
  }

  /** The attribute that each scope of a type is of, in all generations that are written; the data subject's is of none. */
  attributesByScope(type: ProtectedType): ReadonlyMap<number, string | null> {
    const named = new Map<number, string | null>();
    for (const written of this.generations.known.written) {
      named.set(written.scope(subjectScope(type.uid)), null);
      for (const { name, scopes } of type.attributes.values())
        for (const scope of Object.values(scopes)) named.set(written.scope(scope), name);
    }
    return named;
  }

  /** Entries that were made before the state of the index changed are made again. */
  private async upToDate(entries: IndexEntries): Promise<IndexEntries> {
    const { state } = await this.generations.hold();
    return entries.epoch < state.epoch ? entries.again() : entries;
  }

  private get serving(): GenerationTokens {
    return this.generations.known.serving;
  }

  /** Adds the entries of new records. Nothing is deleted first: on MariaDB that alone leads to deadlocks. */
  async insert(
    type: ProtectedType,
    given: readonly { entityId: number; entries: IndexEntries }[],
  ): Promise<void> {
    const records: { entityId: number; entries: IndexEntries }[] = [];
    for (const { entityId, entries } of given)
      records.push({ entityId, entries: await this.upToDate(entries) });
    const rows = records.flatMap(({ entityId, entries }) =>
      entries.tokens.map(({ scope, token }) => ({ scope, token, entity_id: entityId })),
    );
    const later = this.deferred.getStore();
    if (later === undefined) await this.insertTokens(rows);
    else later.push(...rows);
    for (const { entityId, entries } of records) await this.claim(type, entityId, entries);
  }

  /** Adds what is missing of the entries of stored records; what is there stays. */
  async insertMissing(
    type: ProtectedType,
    records: readonly { entityId: number; entries: IndexEntries }[],
  ): Promise<void> {
    await this.hold();
    const rows = records.flatMap(({ entityId, entries }) =>
      entries.tokens.map(({ scope, token }) => ({ scope, token, entity_id: entityId })),
    );
    await insertMissingRows(this.strapi, BLIND_INDEX, rows);
    for (const { entityId, entries } of records) await this.claim(type, entityId, entries);
  }

  /**
   * Holds back the entries that `work` adds, so that they are written together with others by {@link insertDeferred}:
   * a new contact and its new data subject then cost one statement. Only for work after which nothing is searched.
   */
  async deferring<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly rows: readonly TokenRow[] }> {
    const rows: TokenRow[] = [];
    const result = await this.deferred.run(rows, work);
    return { result, rows };
  }

  /** Adds the entries of new records, and with them what was held back. */
  async insertDeferred(
    type: ProtectedType,
    records: readonly { entityId: number; entries: IndexEntries }[],
    rows: readonly TokenRow[],
  ): Promise<void> {
    const { rows: own } = await this.deferring(() => this.insert(type, records));
    await this.insertTokens([...rows, ...own]);
  }

  /** Brings the entries of one record from `before` to `after`, writing only the difference, in a fixed order. */
  async change(
    type: ProtectedType,
    entityId: number,
    earlier: IndexEntries,
    later: IndexEntries,
  ): Promise<void> {
    const before = await this.upToDate(earlier);
    const after = await this.upToDate(later);
    const had = new Set(before.tokens.map(keyOf));
    const has = new Set(after.tokens.map(keyOf));
    const from = await tables(this.strapi);
    for (const { scope, token } of before.tokens.filter((entry) => !has.has(keyOf(entry))).sort(byKey)) {
      await from(BLIND_INDEX).where({ scope, token, entity_id: entityId }).delete();
    }
    const added = after.tokens.filter((entry) => !had.has(keyOf(entry))).sort(byKey);
    await this.insertTokens(added.map(({ scope, token }) => ({ scope, token, entity_id: entityId })));

    const claimed = new Set(before.unique.map(keyOf));
    const kept = new Set(after.unique.map(keyOf));
    for (const { scope, token } of before.unique.filter((entry) => !kept.has(keyOf(entry)))) {
      await from(UNIQUE_VALUES).where({ scope, token, entity_id: entityId }).delete();
    }
    await this.claim(type, entityId, {
      ...after,
      unique: after.unique.filter((entry) => !claimed.has(keyOf(entry))),
    });
  }

  /**
   * Removes every entry of records that are deleted: tokens outlive the key, so deletion must reach them.
   *
   * @param records with the entries each has; `null` where the record does not open, which makes this a search through
   * all entries of the type
   */
  async remove(
    type: ProtectedType,
    records: readonly { readonly entityId: number; readonly entries: IndexEntries | null }[],
  ): Promise<void> {
    const { written } = await this.generations.hold();
    const scopes = written.flatMap((generation) =>
      scopesOfType(type).map((scope) => generation.scope(scope)),
    );
    const from = await tables(this.strapi);
    for (const { entityId, entries: given } of records) {
      const entries = given === null ? null : await this.upToDate(given);
      const rows = from(BLIND_INDEX).where({ entity_id: entityId });
      if (entries === null) await rows.whereIn('scope', scopes).delete();
      else if (entries.tokens.length > 0)
        await rows.where((any) => this.whereTokens(any, entries.tokens)).delete();
    }
    for (const part of chunk(records)) {
      const ids = part.map(({ entityId }) => entityId);
      await from(UNIQUE_VALUES).whereIn('entity_id', ids).whereIn('scope', scopes).delete();
    }
  }

  /** `SELECT entity_id …` for rows that carry any of these tokens: one subquery, because two under OR walk the table. */
  matching(tokens: readonly ScopedToken[]): Knex.QueryBuilder {
    if (tokens.length === 0) return this.entities().whereRaw('1 = 0');
    return this.entities().where((any) => this.whereTokens(any, tokens));
  }

  private whereTokens(any: Knex.QueryBuilder, tokens: readonly ScopedToken[]): void {
    const scopes = new Map<number, Buffer[]>();
    for (const { scope, token } of tokens) {
      const known = scopes.get(scope);
      if (known === undefined) scopes.set(scope, [token]);
      else known.push(token);
    }
    for (const [scope, values] of scopes) {
      void any.orWhere((one) => {
        const [only] = values;
        if (values.length === 1 && only !== undefined) void one.where({ scope, token: only });
        else void one.where({ scope }).whereIn('token', values);
      });
    }
  }

  /** `SELECT entity_id …` for rows in which the attribute has a value at all. */
  present(attribute: ProtectedAttribute): Knex.QueryBuilder {
    return this.entities().where({ scope: this.serving.scope(attribute.scopes.value) });
  }

  private entities(): Knex.QueryBuilder {
    return this.strapi.db.getConnection(BLIND_INDEX).select('entity_id');
  }

  private async insertTokens(rows: readonly TokenRow[]): Promise<void> {
    await insertRows(
      this.strapi,
      BLIND_INDEX,
      rows.map((row) => ({ ...row })),
    );
  }

  /** @throws ValidationError in Strapi's words when another record holds one of the values */
  private async claim(type: ProtectedType, entityId: number, { unique }: IndexEntries): Promise<void> {
    for (const { scope, token, attribute } of unique) {
      // Ignoring and reading back, because a duplicate would abort the whole transaction on PostgreSQL.
      const isFirst = await insertIfAbsent(
        this.strapi,
        UNIQUE_VALUES,
        { scope, token, entity_id: entityId },
        ['scope', 'token'],
      );
      if (isFirst) continue;
      const from = await tables(this.strapi);
      const holder = (await from(UNIQUE_VALUES).select('entity_id').where({ scope, token }).first()) as
        { entity_id: number } | undefined;
      if (holder !== undefined && holder.entity_id !== entityId) throw notUnique(type, attribute);
    }
  }
}

export function subjectScope(uid: string): number {
  return scopeNumber(uid, '', 'subject');
}

/** The scopes of a type in the first generation. */
export function scopesOfType(type: ProtectedType): number[] {
  return [
    subjectScope(type.uid),
    ...[...type.attributes.values()].flatMap((one) => Object.values(one.scopes)),
  ];
}

function scoped(
  tokens: GenerationTokens,
  uid: string,
  attribute: ProtectedAttribute,
  kind: TokenKind,
  text: string,
): ScopedToken {
  return {
    scope: tokens.scope(attribute.scopes[kind]),
    token: tokens.token(uid, attribute.name, kind, text),
  };
}

function subjectTokenIn(tokens: GenerationTokens, { uid }: ProtectedType, subject: string): ScopedToken {
  return { scope: tokens.scope(subjectScope(uid)), token: tokens.token(uid, '', 'subject', subject) };
}

function uniqueTokenIn(
  tokens: GenerationTokens,
  { uid }: ProtectedType,
  attribute: ProtectedAttribute,
  text: string,
  variant: string,
): ScopedToken {
  const token = tokens.token(uid, attribute.name, 'unique', JSON.stringify([variant, text]));
  return { scope: tokens.scope(attribute.scopes.value), token };
}

function notUnique(type: ProtectedType, attribute: string): Error {
  const message = 'This attribute must be unique';
  return badRequest('protected-attribute-invalid', message, {
    errors: [{ path: [attribute], message, name: 'ValidationError' }],
    type: type.uid,
  });
}

const isSelf = ({ subject }: ProtectedType): boolean => subject !== null && 'self' in subject;
const keyOf = ({ scope, token }: ScopedToken): string => `${String(scope)}:${token.toString('latin1')}`;
const byKey = (a: ScopedToken, b: ScopedToken): number => (keyOf(a) < keyOf(b) ? -1 : 1);
