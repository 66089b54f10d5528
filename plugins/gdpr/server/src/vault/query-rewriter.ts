import type { ProtectedAttribute, ProtectedType, ProtectedTypes } from './protected-types';
import { SEALED } from './protected-types';
import { sortRefused } from './refusals';

/** A Strapi `where`: attributes, relations, and `$and`, `$or`, `$not`. */
export type Where = Readonly<Record<string, unknown>> & { readonly [ABSENT]?: true };

/**
 * Marks a condition on ids that stands for "has no value". Through a relation it holds for a record that is not there,
 * too: plain Strapi joins, and every column of a record that is missing is NULL.
 */
export const ABSENT = Symbol('absent');

/** Answers conditions on protected attributes by conditions on the `id` of the same row. */
export interface ConditionResolver {
  condition(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    operator: string,
    operand: unknown,
    negated: boolean,
  ): Promise<Where>;
  /** Makes the parts of an OR cheap: two subqueries under OR walk the whole table on PostgreSQL and MariaDB. */
  alternatives(parts: readonly Where[]): Promise<readonly Where[]>;
}

/**
 * Rewrites filters on protected attributes, at any depth and through relations, to conditions on row ids.
 *
 * SQL has three truth values, and a negated comparison with NULL is not true. A condition on ids knows only two, so
 * negations are moved inwards (De Morgan, which holds in three-valued logic) until they stand at single conditions,
 * where the resolver answers them with NULLs left out. Parts without protected attributes stay as they are.
 */
export class QueryRewriter {
  constructor(
    private readonly types: ProtectedTypes,
    private readonly resolver: ConditionResolver,
  ) {}

  where(uid: string, where: unknown): Promise<unknown> {
    return this.touches(uid, where) ? this.rewrite(uid, where, false) : Promise.resolve(where);
  }

  /** @throws ValidationError `protected-sort-unsupported` when a sort names a protected attribute, at any depth */
  assertSortable(uid: string, orderBy: unknown): void {
    if (orderBy === undefined || orderBy === null || !this.types.reaches(uid)) return;
    if (Array.isArray(orderBy)) {
      for (const part of orderBy) this.assertSortable(uid, part);
      return;
    }
    if (typeof orderBy === 'string') {
      this.assertSortableAttribute(uid, orderBy);
      return;
    }
    if (!isPlainObject(orderBy)) return;
    for (const [name, direction] of Object.entries(orderBy)) {
      const target = this.types.relationsOf(uid).get(name);
      if (typeof target === 'string') this.assertSortable(target, direction);
      else this.assertSortableAttribute(uid, name);
    }
  }

  private assertSortableAttribute(uid: string, name: string): void {
    const type = this.types.get(uid);
    if (type !== undefined && (attributeNamed(type, name) !== undefined || name === SEALED)) {
      throw sortRefused(uid, name);
    }
  }

  private touches(uid: string, where: unknown): boolean {
    if (!this.types.reaches(uid)) return false;
    if (Array.isArray(where)) return where.some((part) => this.touches(uid, part));
    if (!isPlainObject(where)) return false;
    return Object.entries(where).some(([key, value]) => {
      if (key === '$and' || key === '$or' || key === '$not') return this.touches(uid, value);
      const type = this.types.get(uid);
      if (type !== undefined && (key === SEALED || attributeNamed(type, key) !== undefined)) return true;
      const target = this.types.relationsOf(uid).get(key);
      return typeof target === 'string' && this.touches(target, value);
    });
  }

  private async rewrite(uid: string, where: unknown, negated: boolean): Promise<Where> {
    if (Array.isArray(where)) return this.all(uid, where, negated);
    if (!isPlainObject(where)) return negated ? { $not: where } : (where as Where);
    if (!this.touches(uid, where)) return negated ? { $not: where } : where;
    const parts = await Promise.all(
      Object.entries(where).map(([key, value]) => this.rewriteKey(uid, key, value, negated)),
    );
    return joined(parts, negated);
  }

  private async rewriteKey(uid: string, key: string, value: unknown, negated: boolean): Promise<Where> {
    if (key === '$not') return this.rewrite(uid, value, !negated);
    if (key === '$and') return this.all(uid, arrayOf(value), negated);
    if (key === '$or') return this.any(uid, arrayOf(value), negated);
    const type = this.types.get(uid);
    const attribute = type === undefined ? undefined : attributeNamed(type, key);
    if (type !== undefined && attribute !== undefined) return this.condition(type, attribute, value, negated);
    const target = this.types.relationsOf(uid).get(key);
    if (typeof target === 'string' && isPlainObject(value) && this.touches(target, value)) {
      // One `$and`, because Strapi refuses operators beside attributes inside a relation.
      return { [key]: { $and: [orMissing(await this.rewrite(target, value, negated))] } };
    }
    const untouched = { [key]: value };
    return negated ? { $not: untouched } : untouched;
  }

  private async all(uid: string, parts: readonly unknown[], negated: boolean): Promise<Where> {
    return joined(await Promise.all(parts.map((part) => this.rewrite(uid, part, negated))), negated);
  }

  private async any(uid: string, parts: readonly unknown[], negated: boolean): Promise<Where> {
    const rewritten = await Promise.all(parts.map((part) => this.rewrite(uid, part, negated)));
    return negated ? joined(rewritten, false) : joined(await this.resolver.alternatives(rewritten), true);
  }

  /** `{attribute: value}`, `{attribute: [a, b]}`, `{attribute: {$op: operand, …}}`. */
  private async condition(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    value: unknown,
    negated: boolean,
  ): Promise<Where> {
    if (Array.isArray(value)) return this.resolver.condition(type, attribute, '$in', value, negated);
    if (!isPlainObject(value)) return this.resolver.condition(type, attribute, '$eq', value, negated);
    const parts = await Promise.all(
      Object.entries(value).map(([operator, operand]) =>
        this.operator(type, attribute, operator, operand, negated),
      ),
    );
    return joined(parts, negated);
  }

  private async operator(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    operator: string,
    operand: unknown,
    negated: boolean,
  ): Promise<Where> {
    if (operator === '$not') return this.condition(type, attribute, operand, !negated);
    const takesList = operator === '$in' || operator === '$notIn' || operator === '$between';
    if (!Array.isArray(operand) || takesList)
      return this.resolver.condition(type, attribute, operator, operand, negated);
    // Strapi reads a list behind any other operator as "one of these".
    const parts = await Promise.all(
      operand.map((one) => this.resolver.condition(type, attribute, operator, one, negated)),
    );
    return joined(parts, !negated);
  }
}

/** Finds an attribute by its name or by its column: Strapi's database layer accepts both in a filter. */
function attributeNamed(type: ProtectedType, name: string): ProtectedAttribute | undefined {
  const attribute = type.attributes.get(name);
  if (attribute !== undefined) return attribute;
  for (const candidate of type.attributes.values()) if (candidate.column === name) return candidate;
  return undefined;
}

/** AND, or OR once a negation has been moved inwards. */
function joined(parts: readonly Where[], alternatives: boolean): Where {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return alternatives ? { $or: parts } : { $and: parts };
}

/** Lets conditions that hold for an absent value hold for a missing record. */
function orMissing(where: Where): Where {
  if (where[ABSENT] === true) return { $or: [{ id: { $null: true } }, where] };
  const parts = Object.entries(where).map(([key, value]) => {
    if (key === '$not' && isPlainObject(value)) return [key, orMissing(value)] as const;
    if ((key !== '$and' && key !== '$or') || !Array.isArray(value)) return [key, value] as const;
    return [key, value.map((part: unknown) => (isPlainObject(part) ? orMissing(part) : part))] as const;
  });
  return Object.fromEntries(parts);
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
