import type { Core } from '@strapi/types';

import { unsearchableForCaller } from './field-permissions';
import { type ProtectedType, type ProtectedTypes, SEALED } from './protected-types';
import { isPlainObject, type QueryRewriter, type Where } from './query-rewriter';
import { plainMatches, type PlainSearch, type QuickSearch } from './quick-search';

/** The parameters of Strapi's database layer, as far as the vault looks at them. */
export interface QueryParams {
  where?: unknown;
  filters?: unknown;
  select?: unknown;
  orderBy?: unknown;
  sort?: unknown;
  populate?: unknown;
  _q?: unknown;
}

/** What was asked of one level of a query, kept to shape its result. */
export interface Plan {
  /** The names that were selected, or `null` for all. */
  readonly selected: ReadonlySet<string> | null;
  /** Attributes that the vault added to the selection and takes out of the result again. */
  readonly added: readonly string[];
  readonly children: ReadonlyMap<string, Plan>;
}

export const EVERYTHING: Plan = { selected: null, added: [], children: new Map() };

export interface Planned {
  readonly params: QueryParams;
  readonly plan: Plan;
}

/**
 * Turns a query as a caller writes it into one that the sealed tables can answer: filters become conditions on ids,
 * sorts by protected attributes are refused, and narrow selections get what opening a record needs.
 */
export class QueryPlanner {
  /** The attributes of a type that a search by words must pass over for whoever asks; `null` for none. */
  unsearchable: (uid: string) => Promise<ReadonlySet<string> | null> = () => Promise.resolve(null);

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly types: ProtectedTypes,
    private readonly rewriter: QueryRewriter,
    private readonly quickSearch: QuickSearch,
    /** Whether a table still has rows from before its type was annotated. */
    private readonly holdsPlaintext: (type: ProtectedType) => boolean,
  ) {}

  /** @returns new parameters; those given are left as they are */
  async plan(uid: string, params: QueryParams): Promise<Planned> {
    if (!this.types.reaches(uid)) return { params, plan: EVERYTHING };
    const planned: QueryParams = { ...params, ...(await this.planFilters(uid, params)) };
    if (planned._q === undefined) delete planned._q;
    this.rewriter.assertSortable(uid, params.orderBy);
    this.rewriter.assertSortable(uid, params.sort);
    const { select, selected, added } = this.planSelect(uid, params.select);
    if (select !== undefined) planned.select = select;
    const { populate, children } = await this.planPopulate(uid, params.populate);
    if (populate !== undefined) planned.populate = populate;
    return { params: planned, plan: { selected, added, children } };
  }

  /** Only what decides which rows are meant: `where`, `filters` and `_q`. */
  async planFilters(
    uid: string,
    params: QueryParams,
  ): Promise<Pick<QueryParams, 'where' | 'filters' | '_q'>> {
    const { where, filters, _q } = params;
    const planned: Pick<QueryParams, 'where' | 'filters' | '_q'> = {};
    if (where !== undefined) planned.where = await this.rewriter.where(uid, where);
    if (isPlainObject(filters)) planned.filters = await this.rewriter.where(uid, filters);
    const found = await this.search(uid, _q);
    if (found === null) return _q === undefined ? planned : { ...planned, _q };
    return {
      ...planned,
      _q: undefined,
      where: planned.where === undefined ? found : { $and: [planned.where, found] },
    };
  }

  private async search(uid: string, query: unknown): Promise<Where | null> {
    if (typeof query !== 'string' || query === '') return null;
    const withheld = await this.unsearchable(uid);
    if (withheld !== null)
      return plainMatches(
        query,
        this.plainSearch(uid, (name) => withheld.has(name)),
      );
    const type = this.types.get(uid);
    if (type === undefined) return null;
    const hidden = unsearchableForCaller(this.strapi, type);
    const attributes = new Map([...type.attributes].filter(([name]) => !hidden.has(name)));
    const waits = (name: string): boolean => (attributes.get(name)?.search ?? 'none') !== 'none';
    const plain = this.plainSearch(uid, (name) => type.attributes.has(name));
    const found = await this.quickSearch.where(
      { ...type, attributes },
      query,
      plain,
      // Rows that are not sealed yet have values in the columns of protected attributes.
      this.holdsPlaintext(type) ? this.plainSearch(uid, (name) => !waits(name), []) : null,
    );
    // Left to itself, Strapi would look through the columns of rows that are not sealed yet.
    return found === null && hidden.size > 0 ? plainMatches(query, plain) : found;
  }

  private plainSearch(
    uid: string,
    isPassedOver: (name: string) => boolean,
    first: readonly string[] = ['id'],
  ): PlainSearch {
    const text: string[] = [...first];
    const numbers: string[] = [];
    for (const [name, attribute] of Object.entries(this.strapi.db.metadata.get(uid).attributes)) {
      if (isPassedOver(name) || ('searchable' in attribute && attribute.searchable === false)) continue;
      if (['string', 'text', 'uid', 'email', 'enumeration', 'richtext'].includes(attribute.type))
        text.push(name);
      if (['biginteger', 'integer', 'decimal', 'float'].includes(attribute.type)) numbers.push(name);
    }
    return { text, numbers };
  }

  private planSelect(
    uid: string,
    select: unknown,
  ): { select?: unknown[]; selected: Plan['selected']; added: string[] } {
    const type = this.types.get(uid);
    const names: unknown[] =
      select === undefined || select === null ? ['*'] : Array.isArray(select) ? select : [select];
    if (names.includes('*')) {
      // Half the columns of a sealed row are NULL; not reading them pays for the opening.
      const isNarrowed = type !== undefined && names.length === 1 && !this.holdsPlaintext(type);
      return { ...(isNarrowed ? { select: [...type.plainSelection] } : {}), selected: null, added: [] };
    }
    const selected = new Set(names.filter((name) => typeof name === 'string'));
    if (type === undefined || ![...type.attributes.keys()].some((name) => selected.has(name))) {
      return { selected, added: [] };
    }
    // The row's id, too: the audit trail tells records by it.
    const added = [SEALED, 'id', type.place.attribute].filter((name) => !selected.has(name));
    return { select: [...names, ...added], selected, added };
  }

  private async planPopulate(
    uid: string,
    populate: unknown,
  ): Promise<{ populate?: unknown; children: ReadonlyMap<string, Plan> }> {
    const children = new Map<string, Plan>();
    if (!isPlainObject(populate)) return { children };
    const planned: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(populate)) {
      const target = this.types.relationsOf(uid).get(name);
      const isPlanned =
        isPlainObject(value) ||
        (value === true && typeof target === 'string' && this.types.get(target) !== undefined);
      if (!isPlanned || target === undefined) planned[name] = value;
      else if (target === null) planned[name] = await this.planPolymorphic(value as Record<string, unknown>);
      else {
        const child = await this.plan(target, value === true ? {} : value);
        planned[name] = child.params;
        children.set(name, child.plan);
      }
    }
    return { populate: planned, children };
  }

  /**
   * A relation whose entries name their own type. With `on` each type has its own parameters; otherwise one selection
   * stands for all, and as not every type has a `sealed` column, everything is read instead.
   */
  private async planPolymorphic(value: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { on } = value;
    if (!isPlainObject(on)) {
      const { select: _select, ...rest } = value;
      return rest;
    }
    const planned: Record<string, unknown> = {};
    for (const [uid, params] of Object.entries(on)) {
      if (!isPlainObject(params)) {
        planned[uid] = params;
        continue;
      }
      const { select: _select, ...rest } = (await this.plan(uid, params)).params;
      planned[uid] = rest;
    }
    return { ...value, on: planned };
  }
}
