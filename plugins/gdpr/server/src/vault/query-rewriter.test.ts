import fc from 'fast-check';

import type { ProtectedAttribute, ProtectedType, ProtectedTypes } from './protected-types';
import { QueryRewriter, type Where } from './query-rewriter';

const CONTACT = 'plugin::gdpr.contact';
const ORDER = 'api::order.order';

const email = { name: 'email', column: 'email_address', search: 'exact' } as ProtectedAttribute;
const contact = { uid: CONTACT, attributes: new Map([['email', email]]) } as unknown as ProtectedType;
const types = {
  get: (uid: string) => (uid === CONTACT ? contact : undefined),
  reaches: () => true,
  relationsOf: (uid: string) => new Map(uid === ORDER ? [['contact', CONTACT]] : [['friend', CONTACT]]),
} as unknown as ProtectedTypes;

/** Writes down what it was asked, so that a rewritten filter reads like the question. */
const rewriter = new QueryRewriter(types, {
  condition: (_type, attribute, operator, operand, negated) =>
    Promise.resolve({ [`${negated ? 'not ' : ''}${attribute.name} ${operator}`]: operand }),
  alternatives: (parts) => Promise.resolve(parts),
});

describe('filters', () => {
  test.each([
    ['a value', { email: 'a' }, { 'email $eq': 'a' }],
    ['a list', { email: ['a', 'b'] }, { 'email $in': ['a', 'b'] }],
    ['null', { email: null }, { 'email $eq': null }],
    ['an operator', { email: { $in: ['a'] } }, { 'email $in': ['a'] }],
    ['the column', { email_address: 'a' }, { 'email $eq': 'a' }],
    [
      'a list behind another operator',
      { email: { $eq: ['a', 'b'] } },
      { $or: [{ 'email $eq': 'a' }, { 'email $eq': 'b' }] },
    ],
    ['a negated attribute', { email: { $not: { $eq: 'a' } } }, { 'not email $eq': 'a' }],
    ['beside a plain one', { email: 'a', company: 'b' }, { $and: [{ 'email $eq': 'a' }, { company: 'b' }] }],
  ])('%s', async (_name, where, expected) => {
    expect(await rewriter.where(CONTACT, where)).toEqual(expected);
  });

  test('negations move inwards, so that NULLs stay out as in SQL', async () => {
    const where = {
      $not: { $and: [{ email: 'a' }, { company: 'b' }, { $or: [{ email: 'c' }, { city: 'd' }] }] },
    };
    expect(await rewriter.where(CONTACT, where)).toEqual({
      $or: [
        { 'not email $eq': 'a' },
        { $not: { company: 'b' } },
        { $and: [{ 'not email $eq': 'c' }, { $not: { city: 'd' } }] },
      ],
    });
  });

  test('reach through relations, at any depth', async () => {
    expect(await rewriter.where(ORDER, { contact: { friend: { email: 'a' } } })).toEqual({
      contact: { $and: [{ friend: { $and: [{ 'email $eq': 'a' }] } }] },
    });
  });

  test('without protected attributes stay the very same object', async () => {
    const where = { $or: [{ company: 'a' }, { contact: { company: 'b' } }] };
    expect(await rewriter.where(ORDER, where)).toBe(where);
  });

  test('mean the same in two-valued logic, however deep the negations are', async () => {
    interface Tree {
      readonly where: Where;
    }
    const { where: filters } = fc.letrec<{ where: Where }>((tie) => ({
      where: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<Where>({ email: 'a' }, { email: { $ne: 'a' } }, { company: 'a' }, { company: 'b' }),
        fc.array(tie('where'), { minLength: 1, maxLength: 3 }).map((parts): Where => ({ $and: parts })),
        fc.array(tie('where'), { minLength: 1, maxLength: 3 }).map((parts): Where => ({ $or: parts })),
        tie('where').map((part): Where => ({ $not: part })),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(filters, async (where: Tree['where']) => {
        const rewritten = (await rewriter.where(CONTACT, where)) as Where;
        for (const row of [
          { email: 'a', company: 'a' },
          { email: 'a', company: 'b' },
          { email: 'x', company: 'a' },
        ]) {
          expect(holds(rewritten, row)).toBe(holds(where, row));
        }
      }),
    );
  });
});

describe('sorts', () => {
  test.each([
    ['email'],
    [['company', 'email']],
    [{ email: 'asc' }],
    [[{ company: 'asc' }, { email: 'desc' }]],
    ['sealed'],
    ['email_address'],
  ])('%p by a protected attribute is refused', (orderBy) => {
    expect(() => rewriter.assertSortable(CONTACT, orderBy)).toThrow('is encrypted and cannot be sorted by');
  });

  test('through a relation, too', () => {
    expect(() => rewriter.assertSortable(ORDER, { contact: { email: 'asc' } })).toThrow(
      'cannot be sorted by',
    );
    expect(() =>
      rewriter.assertSortable(ORDER, [{ number: 'asc' }, { contact: { company: 'asc' } }]),
    ).not.toThrow();
  });
});

/** Evaluates a filter, rewritten or not, for a row without NULLs. */
function holds(where: Where, row: Readonly<Record<string, string>>): boolean {
  return Object.entries(where).every(([key, value]) => {
    if (key === '$and') return (value as Where[]).every((part) => holds(part, row));
    if (key === '$or') return (value as Where[]).some((part) => holds(part, row));
    if (key === '$not') return !holds(value as Where, row);
    const asked = /^(not )?(\w+) (\$\w+)$/.exec(key);
    if (asked !== null) {
      const [, not, name = '', operator] = asked;
      const equal = row[name] === value;
      return (operator === '$ne' ? !equal : equal) !== (not !== undefined);
    }
    if (typeof value === 'object' && value !== null && '$ne' in value) return row[key] !== value.$ne;
    return row[key] === value;
  });
}
