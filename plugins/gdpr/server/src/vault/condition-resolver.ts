import type { Knex } from 'knex';

import type { Dialect } from '../platform/database/dialect';

import { normaliseValue } from './attribute-codec';
import type { BlindIndex, ScopedToken } from './blind-index/blind-index';
import {
  canonicalText,
  folded,
  lowerCased,
  prefixOf,
  textsEqualIgnoringCase,
  trigrams,
} from './blind-index/token-texts';
import type { ProtectedAttribute, ProtectedType } from './protected-types';
import { ABSENT, type ConditionResolver, type Where } from './query-rewriter';
import type { ProtectedValues } from './record-sealer';
import { filterRefused, searchTooBroad, searchTooShort } from './refusals';

/** So many candidates are opened and compared at most (design 3). */
export const MAX_CANDIDATES = 10_000;
/** Up to so many ids stand in the query itself when a protected condition is one side of an OR. */
const MAX_INLINE_IDS = 1_000;

/** Opens many rows, for comparison; rows that do not open are left out. */
export type CandidateOpener = (
  type: ProtectedType,
  ids: readonly number[],
) => Promise<ReadonlyMap<number, { readonly values: ProtectedValues }>>;

/** Runs a `SELECT entity_id` inside the current transaction. */
export type IdReader = (query: Knex.QueryBuilder) => Promise<number[]>;

/** Marks a subquery with the tokens it looks for, so that several can become one. */
const TOKENS = Symbol('tokens');

interface TokenQuery extends Knex.QueryBuilder {
  [TOKENS]?: readonly ScopedToken[];
}

const NEGATION: Readonly<Record<string, string>> = {
  $eq: '$ne',
  $ne: '$eq',
  $eqi: '$nei',
  $nei: '$eqi',
  $in: '$notIn',
  $notIn: '$in',
  $null: '$notNull',
  $notNull: '$null',
  $contains: '$notContains',
  $notContains: '$contains',
  $containsi: '$notContainsi',
  $notContainsi: '$containsi',
};

/** Answers conditions by the blind index, opening candidates where a token alone does not decide. */
export class BlindConditionResolver implements ConditionResolver {
  constructor(
    private readonly index: BlindIndex,
    private readonly dialect: Dialect,
    private readonly readIds: IdReader,
    private readonly openCandidates: CandidateOpener,
  ) {}

  async condition(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    operator: string,
    operand: unknown,
    negated: boolean,
  ): Promise<Where> {
    if (attribute.search === 'none') throw filterRefused(attribute, operator);
    await this.index.ready();
    const opposite = NEGATION[operator];
    if (negated && opposite !== undefined) return this.decide(type, attribute, opposite, operand);
    if (!negated) return this.decide(type, attribute, operator, operand);
    return this.allBut(attribute, await this.decide(type, attribute, operator, operand));
  }

  async alternatives(parts: readonly Where[]): Promise<readonly Where[]> {
    const rest: Where[] = [];
    const tokens: ScopedToken[] = [];
    for (const part of parts) {
      const found = tokensOf(part);
      if (found === null) rest.push(part);
      else tokens.push(...found);
    }
    if (tokens.length === 0) return parts;
    if (rest.length === 0) return [this.matching(tokens)];
    // Beside a condition on a plain column, ids in the query are what lets the planner use both indexes.
    const ids = await this.readIds(this.index.matching(tokens).limit(MAX_INLINE_IDS + 1));
    const merged = ids.length > MAX_INLINE_IDS ? this.matching(tokens) : { id: { $in: ids } };
    return [merged, ...rest];
  }

  private async decide(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    operator: string,
    operand: unknown,
  ): Promise<Where> {
    switch (operator) {
      case '$eq':
      case '$eqi':
        if (operand === null) return this.absent(attribute);
        return this.matching(this.tokensOfOne(type, attribute, operator, operand));
      case '$ne':
      case '$nei':
        if (operand === null) return this.present(attribute);
        return this.allBut(attribute, this.matching(this.tokensOfOne(type, attribute, operator, operand)));
      case '$in':
        return this.matching(this.tokensFor(type, attribute, operand));
      case '$notIn':
        // SQL: nothing is "not in" a list that holds NULL.
        if (listOf(operand).some((value) => value === null)) return { id: { $in: [] } };
        return this.allBut(attribute, this.matching(this.tokensFor(type, attribute, operand)));
      case '$null':
        return operand ? this.absent(attribute) : this.present(attribute);
      case '$notNull':
        return operand ? this.present(attribute) : this.absent(attribute);
      case '$notContains':
      case '$notContainsi': {
        const positive = operator === '$notContains' ? '$contains' : '$containsi';
        return this.allBut(attribute, await this.decide(type, attribute, positive, operand));
      }
      case '$startsWith':
      case '$startsWithi':
      case '$contains':
      case '$containsi':
      case '$endsWith':
      case '$endsWithi':
        return this.search(type, attribute, operator, canonicalText(operand));
      default:
        throw filterRefused(attribute, operator);
    }
  }

  private async search(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    operator: string,
    needle: string,
  ): Promise<Where> {
    const candidates = this.candidates(type, attribute, operator, needle);
    if (candidates === null) return this.present(attribute);
    const ids = await this.readIds(candidates.limit(MAX_CANDIDATES + 1));
    if (ids.length > MAX_CANDIDATES) throw searchTooBroad(attribute, MAX_CANDIDATES);
    const records = await this.openCandidates(type, ids);
    const matches = comparison(operator, needle, this.dialect);
    const isMatch = (id: number): boolean => {
      const value = records.get(id)?.values[attribute.name];
      return value !== undefined && value !== null && matches(canonicalText(value));
    };
    return { id: { $in: ids.filter(isMatch) } };
  }

  /** A subquery for rows that may match, or `null` when every row with a value does. */
  private candidates(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    operator: string,
    needle: string,
  ): Knex.QueryBuilder | null {
    const isPrefix = operator === '$startsWith' || operator === '$startsWithi';
    if (attribute.search === 'exact' || (attribute.search === 'prefix' && !isPrefix)) {
      throw filterRefused(attribute, operator);
    }
    const text = folded(needle);
    if (text === '') return needle === '' ? null : this.index.present(attribute);
    if (isPrefix) {
      return this.index.matching([this.index.scopedToken(type.uid, attribute, 'prefix', prefixOf(text))]);
    }
    const grams = trigrams(text);
    const [first, ...others] = grams.map((gram) =>
      this.index.scopedToken(type.uid, attribute, 'trigram', gram),
    );
    if (first === undefined) throw searchTooShort(attribute, operator);
    const query = this.index.matching([first]);
    for (const token of others) void query.whereIn('entity_id', this.index.matching([token]));
    return query;
  }

  private tokensOfOne(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    operator: string,
    operand: unknown,
  ): ScopedToken[] {
    if (operator === '$eqi' || operator === '$nei') {
      return textsEqualIgnoringCase(canonicalText(operand)).map(([kind, text]) =>
        this.index.scopedToken(type.uid, attribute, kind, text),
      );
    }
    const text = canonicalText(normaliseValue(attribute, operand));
    return [this.index.scopedToken(type.uid, attribute, 'value', text)];
  }

  private tokensFor(type: ProtectedType, attribute: ProtectedAttribute, operand: unknown): ScopedToken[] {
    return listOf(operand)
      .filter((value) => value !== null)
      .flatMap((value) => this.tokensOfOne(type, attribute, '$eq', value));
  }

  private matching(tokens: readonly ScopedToken[]): Where {
    const query: TokenQuery = this.index.matching(tokens);
    query[TOKENS] = tokens;
    return { id: { $in: query } };
  }

  private present(attribute: ProtectedAttribute): Where {
    return { id: { $in: this.index.present(attribute) } };
  }

  private absent(attribute: ProtectedAttribute): Where {
    return { id: { $notIn: this.index.present(attribute) }, [ABSENT]: true };
  }

  /** Rows that have a value and are not among these: SQL's "not equal" leaves out NULLs. */
  private allBut(attribute: ProtectedAttribute, where: Where): Where {
    return { $and: [this.present(attribute), { $not: where }] };
  }
}

function tokensOf(part: Where): readonly ScopedToken[] | null {
  const keys = Object.keys(part);
  const condition = part['id'];
  if (keys.length !== 1 || typeof condition !== 'object' || condition === null || !('$in' in condition))
    return null;
  return (condition.$in as TokenQuery)[TOKENS] ?? null;
}

function listOf(operand: unknown): readonly unknown[] {
  return Array.isArray(operand) ? operand : [operand];
}

/**
 * How the database itself compares (`LIKE`): SQLite without regard to the case of ASCII letters, MariaDB without
 * regard to case and accents, PostgreSQL to the letter. The operators with an `i` ignore case everywhere.
 */
function comparison(operator: string, needle: string, dialect: Dialect): (text: string) => boolean {
  const form = formOf(operator.endsWith('i'), dialect);
  const wanted = form(needle);
  if (operator.startsWith('$startsWith')) return (text) => form(text).startsWith(wanted);
  if (operator.startsWith('$endsWith')) return (text) => form(text).endsWith(wanted);
  return (text) => form(text).includes(wanted);
}

function formOf(ignoresCase: boolean, dialect: Dialect): (text: string) => string {
  if (dialect === 'mysql') return folded;
  if (ignoresCase) return lowerCased;
  if (dialect === 'sqlite') return (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return (text) => text;
}
