import { isPlainObject } from '../query-rewriter';

import type { PersonalDataMap, Target } from './personal-data-map';

/** A query as REST, GraphQL and the admin panel hand it to Strapi's sanitizers. */
export interface ClientQuery {
  readonly filters?: unknown;
  readonly sort?: unknown;
  readonly populate?: unknown;
}

/** A filter or sort by personal data that was taken out of a query. */
export interface Withheld {
  readonly attribute: string;
  /** Where it stood, for example `filters.dataSubject.email`. */
  readonly path: string;
}

/**
 * Takes every filter and sort by personal data out of a query, at any depth: inside `$and`, `$or` and `$not`, through
 * relations and components, and in what is populated.
 *
 * @returns what is left, as a copy, and what was taken out
 */
export function withoutPersonalKeys(
  map: PersonalDataMap,
  uid: string,
  query: Readonly<Record<string, unknown>>,
): { query: Record<string, unknown>; withheld: Withheld[] } {
  const sifter = new Sifter(map);
  return { query: map.reaches(uid) ? sifter.query(uid, query, '') : { ...query }, withheld: sifter.withheld };
}

/** Stands for "nothing is left of it". */
const GONE = Symbol('gone');

class Sifter {
  readonly withheld: Withheld[] = [];

  constructor(private readonly map: PersonalDataMap) {}

  query(uid: string, query: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> {
    const sifted: Record<string, unknown> = { ...query };
    const at = path === '' ? '' : `${path}.`;
    const put = (name: string, value: unknown): void => {
      if (value === GONE) Reflect.deleteProperty(sifted, name);
      else sifted[name] = value;
    };
    if (query['filters'] !== undefined) put('filters', this.filters(uid, query['filters'], `${at}filters`));
    if (query['sort'] !== undefined) put('sort', this.sort(uid, query['sort'], `${at}sort`));
    if (query['populate'] !== undefined)
      put('populate', this.populate(uid, query['populate'], `${at}populate`));
    return sifted;
  }

  private filters(uid: Target, filters: unknown, path: string): unknown {
    if (uid !== null && !this.map.reaches(uid)) return filters;
    if (Array.isArray(filters)) {
      const left = filters
        .map((part, at) => this.filters(uid, part, `${path}.${String(at)}`))
        .filter((part) => part !== GONE);
      return left.length === 0 && filters.length > 0 ? GONE : left;
    }
    if (!isPlainObject(filters)) return filters;
    const entries = Object.entries(filters);
    return leftOf(
      entries,
      entries.map(([key, value]) => [key, this.filter(uid, key, value, `${path}.${key}`)]),
    );
  }

  private filter(uid: Target, key: string, value: unknown, path: string): unknown {
    if (key.startsWith('$')) return this.filters(uid, value, path);
    // Entries that name their own type cannot be filtered by what is in them: Strapi refuses such a key itself.
    if (uid === null) return value;
    if (this.isPersonal(uid, key, path)) return GONE;
    const target = this.map.target(uid, key);
    return target === undefined ? value : this.filters(target, value, path);
  }

  /** `a:asc,b.c:desc`, `['a', …]`, `{ b: { c: 'desc' } }`, `[{ a: 'asc' }, …]` */
  private sort(uid: string, sort: unknown, path: string): unknown {
    if (!this.map.reaches(uid)) return sort;
    if (typeof sort === 'string') {
      const parts = sort.split(',');
      const left = parts.filter((part) => !this.isPersonalPath(uid, part.trim().split(':')[0] ?? '', path));
      return left.length === parts.length ? sort : left.length === 0 ? GONE : left.join(',');
    }
    if (Array.isArray(sort)) {
      const left = sort.map((part) => this.sort(uid, part, path)).filter((part) => part !== GONE);
      return left.length === 0 && sort.length > 0 ? GONE : left;
    }
    if (!isPlainObject(sort)) return sort;
    const entries = Object.entries(sort);
    return leftOf(
      entries,
      entries.map(([key, value]) => {
        if (this.isPersonalPath(uid, key, path)) return [key, GONE];
        const target = this.targetOfPath(uid, key);
        return [key, typeof target === 'string' ? this.sort(target, value, `${path}.${key}`) : value];
      }),
    );
  }

  /** Names alone are harmless; only an object can carry filters and sorts of its own. */
  private populate(uid: string, populate: unknown, path: string): unknown {
    if (!this.map.reaches(uid)) return populate;
    if (Array.isArray(populate))
      return populate.map((part, at) => this.populate(uid, part, `${path}.${String(at)}`));
    if (!isPlainObject(populate)) return populate;
    return Object.fromEntries(
      Object.entries(populate).map(([name, value]) => {
        const target = this.map.target(uid, name);
        if (!isPlainObject(value) || target === undefined) return [name, value];
        const inner = `${path}.${name}`;
        const sifted = target === null ? { ...value } : this.query(target, value, inner);
        const { on } = sifted;
        if (isPlainObject(on)) {
          sifted['on'] = Object.fromEntries(
            Object.entries(on).map(([type, nested]) => [
              type,
              isPlainObject(nested) ? this.query(type, nested, `${inner}.on.${type}`) : nested,
            ]),
          );
        }
        return [name, sifted];
      }),
    );
  }

  private isPersonalPath(uid: string, dotted: string, path: string): boolean {
    const steps = dotted.split('.');
    const last = steps.pop() ?? '';
    const owner = steps.length === 0 ? uid : this.targetOfPath(uid, steps.join('.'));
    return typeof owner === 'string' && this.isPersonal(owner, last, `${path}.${dotted}`);
  }

  private targetOfPath(uid: string, dotted: string): Target | undefined {
    let at: Target | undefined = uid;
    for (const step of dotted.split('.')) {
      if (typeof at !== 'string') return at;
      at = this.map.target(at, step);
    }
    return at;
  }

  private isPersonal(uid: string, name: string, path: string): boolean {
    const attribute = this.map.attributeNamed(uid, name);
    if (attribute === undefined) return false;
    this.withheld.push({ attribute: attribute.name, path });
    return true;
  }
}

/** The object that is left; nothing where there was something, because `{}` among alternatives matches everything. */
function leftOf(given: readonly unknown[], sifted: readonly (readonly [string, unknown])[]): unknown {
  const left = sifted.filter(([, value]) => value !== GONE);
  return left.length === 0 && given.length > 0 ? GONE : Object.fromEntries(left);
}
