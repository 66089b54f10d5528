import type { BlindIndex, ScopedToken } from './blind-index/blind-index';
import { MAX_PREFIX, prefixOf, words } from './blind-index/token-texts';
import { type CandidateOpener, type IdReader, MAX_CANDIDATES } from './condition-resolver';
import type { ProtectedAttribute, ProtectedType } from './protected-types';
import type { Where } from './query-rewriter';

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
  ) {}

  /** @returns a filter to use in place of `_q`, or `null` when no protected attribute of the type is searchable */
  async where(type: ProtectedType, query: string, plain: PlainSearch): Promise<Where | null> {
    const attributes = [...type.attributes.values()].filter(({ search }) => search !== 'none');
    if (attributes.length === 0) return null;
    await this.index.ready();
    const isNumber = query.trim() !== '' && !Number.isNaN(Number(query));
    const columns = [...plain.text, ...(isNumber ? plain.numbers : [])];
    const ids = await this.sealedMatches(type, attributes, query);
    return { $or: [{ id: { $in: ids } }, ...columns.map((name) => ({ [name]: { $containsi: query } }))] };
  }

  private async sealedMatches(
    type: ProtectedType,
    attributes: readonly ProtectedAttribute[],
    query: string,
  ): Promise<number[]> {
    const whole = this.index.matching(
      attributes.flatMap((attribute) => this.exactTokens(type, attribute, query.trim())),
    );
    const prefixed = attributes.filter(({ search }) => search !== 'exact');
    const exact = attributes.filter(({ search }) => search === 'exact');
    const wanted = words(query);
    const exactly = await this.readIds(whole.limit(MAX_CANDIDATES));
    if (wanted.length === 0) return exactly;

    const tokens = (word: string): ScopedToken[] => [
      ...prefixed.map((attribute) => this.index.scopedToken(type.uid, attribute, 'prefix', prefixOf(word))),
      ...exact.flatMap((attribute) => this.exactTokens(type, attribute, word)),
    ];
    const [first = '', ...others] = wanted;
    const byWords = this.index.matching(tokens(first));
    for (const word of others) void byWords.whereIn('entity_id', this.index.matching(tokens(word)));
    const ids = await this.readIds(byWords.limit(MAX_CANDIDATES));
    const longWords = wanted.filter((word) => [...word].length > MAX_PREFIX);
    const found = longWords.length === 0 ? ids : await this.beginningWith(type, attributes, ids, longWords);
    return [...new Set([...found, ...exactly])];
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
