import { MAX_CANDIDATES } from './condition-resolver';
import type { ProtectedAttribute, ProtectedType } from './protected-types';
import type { ConditionResolver, Where } from './query-rewriter';
import { searchTooBroad } from './refusals';

/** Ids of rows of a type that match a condition on their own columns; at most `limit`. */
export type PlainIds = (type: ProtectedType, where: Where, limit: number) => Promise<number[]>;

/** Operators whose index candidates are opened and compared before the query runs. */
const DECIDED_BEFORE = new Set([
  '$startsWith',
  '$startsWithi',
  '$contains',
  '$containsi',
  '$notContains',
  '$notContainsi',
  '$endsWith',
  '$endsWithi',
]);

/**
 * Answers conditions on a type of which some rows are sealed and some are not, which is so while a table is taken into
 * the vault or out of it.
 *
 * A value stands in its own column or in the sealed record, never in both, so one condition has two halves that
 * exclude each other: a row whose column holds a value is compared there, by the database, as in plain Strapi; any
 * other goes by the index. Both halves are one statement, so a row that changes sides meanwhile is seen on one of them.
 *
 * What is decided before the query runs needs more care: a row that is sealed in between would be in neither half. So
 * the plain matches are read first, and count for rows that are sealed by the time the query runs.
 */
export class TransitionResolver implements ConditionResolver {
  constructor(
    private readonly sealed: ConditionResolver,
    private readonly holdsPlaintext: (type: ProtectedType) => boolean,
    private readonly plainIds: PlainIds,
  ) {}

  async condition(
    type: ProtectedType,
    attribute: ProtectedAttribute,
    operator: string,
    operand: unknown,
    negated: boolean,
  ): Promise<Where> {
    const answer = (): Promise<Where> => this.sealed.condition(type, attribute, operator, operand, negated);
    if (!this.holdsPlaintext(type) || attribute.search === 'none') return answer();
    const { name } = attribute;
    if (!DECIDED_BEFORE.has(operator)) {
      return halves(name, negatedIf(negated, { [name]: { [operator]: operand } }), await answer());
    }
    const positive = operator.replace(/^\$not(.)/, (_all, letter: string) => `$${letter.toLowerCase()}`);
    const isNegative = negated !== (positive !== operator);
    const before = await this.plainIds(type, { [name]: { [positive]: operand } }, MAX_CANDIDATES + 1);
    if (before.length > MAX_CANDIDATES) throw searchTooBroad(attribute, MAX_CANDIDATES);
    const indexed = await answer();
    const moved = isNegative
      ? { $and: [indexed, { id: { $notIn: before } }] }
      : { $or: [indexed, { id: { $in: before } }] };
    return halves(name, negatedIf(negated, { [name]: { [operator]: operand } }), moved);
  }

  alternatives(parts: readonly Where[]): Promise<readonly Where[]> {
    return this.sealed.alternatives(parts);
  }
}

function halves(name: string, plain: Where, indexed: Where): Where {
  return {
    $or: [
      { $and: [{ [name]: { $notNull: true } }, plain] },
      { $and: [{ [name]: { $null: true } }, indexed] },
    ],
  };
}

function negatedIf(negated: boolean, where: Where): Where {
  return negated ? { $not: where } : where;
}
