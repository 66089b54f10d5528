import type { Knex } from 'knex';

import type { BlindIndex, ScopedToken } from './blind-index/blind-index';
import { MAX_PREFIX, prefixOf, words } from './blind-index/token-texts';
import { type CandidateOpener, type IdReader, MAX_CANDIDATES } from './condition-resolver';
import type { ProtectedAttribute, ProtectedType } from './protected-types';
import type { Where } from './query-rewriter';
import { quickSearchTooBroad } from './refusals';
import type { PlainIds } from './transition-resolver';

/** The attributes Strapi's own search looks through with LIKE, `id` among them. */
export interface PlainSearch {
  readonly text: readonly string[];
  readonly numbers: readonly string[];
}

/**
 * What `_q` and the admin panel's search box mean for a protected type: rows in which every word of the query begins
 * a word of some protected attribute (or is the value of one that is indexed exactly), rows that hold the query as a
 * whole, in whatever spelling, and whatever Strapi finds in plain columns.
 */
export class QuickSearch {
  constructor(
    private readonly index: BlindIndex,
    private readonly readIds: IdReader,
    private readonly openCandidates: CandidateOpener,
    private readonly plainIds: PlainIds,
  ) {}

  /**
   * @param unsealed the columns of protected attributes, while some rows of the type are not sealed: Strapi's own search
   * looks through those
   * @returns a filter to use in place of `_q`, or `null` when no protected attribute of the type is searchable
   */
  async where(
    type: ProtectedType,
    query: string,
    plain: PlainSearch,
    unsealed: PlainSearch | null = null,
  ): Promise<Where | null> {
    const attributes = [...type.attributes.values()].filter(({ search }) => search !== 'none');
    if (attributes.length === 0) return null;
    await this.index.ready();
    const contained = plainMatches(query, plain);
    if (unsealed === null) {
      const ids = await this.sealedMatches(type, attributes, query);
      return { $or: [{ id: { $in: ids } }, contained] };
    }
    const waiting = plainMatches(query, unsealed);
    const isLong = words(query).some((word) => [...word].length > MAX_PREFIX);
    // A row that is sealed between two statements would be in neither answer: so one statement asks for both, or the
    // rows that are not sealed come first.
    const before = isLong ? await this.plainIds(type, waiting, MAX_CANDIDATES + 1) : [];
    if (before.length > MAX_CANDIDATES) throw quickSearchTooBroad(MAX_CANDIDATES);
    const sealed = isLong
      ? [{ id: { $in: [...before, ...(await this.sealedMatches(type, attributes, query))] } }]
      : this.sealedConditions(type, attributes, query).map((found) => ({ id: { $in: found } }));
    return { $or: [...sealed, contained, waiting] };
  }

  private async sealedMatches(
    type: ProtectedType,
    attributes: readonly ProtectedAttribute[],
    query: string,
  ): Promise<number[]> {
    const [whole, byWords] = this.sealedConditions(type, attributes, query);
    const exactly = whole === undefined ? [] : await this.readIds(whole.limit(MAX_CANDIDATES));
    if (byWords === undefined) return exactly;
    const ids = await this.readIds(byWords.limit(MAX_CANDIDATES));
    const longWords = words(query).filter((word) => [...word].length > MAX_PREFIX);
    const found = longWords.length === 0 ? ids : await this.beginningWith(type, attributes, ids, longWords);
    return [...new Set([...found, ...exactly])];
  }

  /** Subqueries: first for rows with exactly this value, then for those with all its words, where it has any. */
  private sealedConditions(
    type: ProtectedType,
    attributes: readonly ProtectedAttribute[],
    query: string,
  ): Knex.QueryBuilder[] {
    const whole = this.index.matching(
      attributes.flatMap((attribute) => this.exactTokens(type, attribute, query.trim())),
    );
    const prefixed = attributes.filter(({ search }) => search !== 'exact');
    const exact = attributes.filter(({ search }) => search === 'exact');
    const wanted = words(query);
    if (wanted.length === 0) return [whole];

    const tokens = (word: string): ScopedToken[] => [
      ...prefixed.map((attribute) => this.index.scopedToken(type.uid, attribute, 'prefix', prefixOf(word))),
      ...exact.flatMap((attribute) => this.exactTokens(type, attribute, word)),
    ];
    const [first = '', ...others] = wanted;
    const byWords = this.index.matching(tokens(first));
    for (const word of others) void byWords.whereIn('entity_id', this.index.matching(tokens(word)));
    return [whole, byWords];
  }

  private exactTokens(type: ProtectedType, attribute: ProtectedAttribute, text: string): ScopedToken[] {
    return this.index.tokensOfAnySpelling(type.uid, attribute, text);
  }

  /** Tokens reach twelve characters; for longer words the candidates are opened and compared. */
  private async beginningWith(
    type: ProtectedType,
    attributes: readonly ProtectedAttribute[],
    ids: readonly number[],
    longWords: readonly string[],
  ): Promise<number[]> {
    const records = await this.openCandidates(type, ids);
    return ids.filter((id) => {
      const values = records.get(id)?.values;
      if (values === undefined) return false;
      const held = attributes.flatMap(({ name }) => {
        const value = values[name];
        return typeof value === 'string' ? words(value) : [];
      });
      return longWords.every((word) => held.some((one) => one.startsWith(word)));
    });
  }
}

/** What Strapi's own search would find in these columns. */
export function plainMatches(query: string, { text, numbers }: PlainSearch): Where {
  const isNumber = query.trim() !== '' && !Number.isNaN(Number(query));
  const columns = [...text, ...(isNumber ? numbers : [])];
  return { $or: columns.map((name) => ({ [name]: { $containsi: query } })) };
}
