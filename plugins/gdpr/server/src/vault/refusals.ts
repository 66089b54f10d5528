import { badRequest } from '../platform/errors';

import type { SearchLevel } from './annotation';
import type { ProtectedAttribute } from './protected-types';

const WORKS: Record<SearchLevel, string> = {
  none: 'nothing: annotate it with "search": "exact", "prefix" or "substring" to make it findable',
  exact: '$eq, $eqi, $ne, $nei, $in, $notIn, $null and $notNull',
  prefix: '$eq, $eqi, $ne, $nei, $in, $notIn, $null, $notNull, $startsWith and $startsWithi',
  substring:
    '$eq, $eqi, $ne, $nei, $in, $notIn, $null, $notNull, $startsWith(i), $contains(i), $notContains(i) and $endsWith(i)',
};

/** 400 for a filter that sealed data cannot answer, naming the attribute and what works instead. */
export function filterRefused(attribute: ProtectedAttribute, operator: string): Error {
  return badRequest(
    'protected-filter-unsupported',
    `"${attribute.name}" is encrypted and cannot be filtered by ${operator}. What works for it: ${WORKS[attribute.search]}.`,
    { attribute: attribute.name, operator },
  );
}

/** 400 for a sort by a sealed attribute, or by the sealed record itself. */
export function sortRefused(uid: string, attribute: string): Error {
  return badRequest(
    'protected-sort-unsupported',
    `"${attribute}" of ${uid} is encrypted and cannot be sorted by. Sort by an attribute that is not, such as createdAt.`,
    { attribute },
  );
}

export function searchTooShort(attribute: ProtectedAttribute, operator: string): Error {
  return badRequest(
    'protected-filter-unsupported',
    `"${attribute.name}" is encrypted: ${operator} needs at least three characters.`,
    { attribute: attribute.name, operator },
  );
}

export function searchTooBroad(attribute: ProtectedAttribute, limit: number): Error {
  return badRequest(
    'protected-search-too-broad',
    `More than ${String(limit)} records may match this filter on "${attribute.name}", which is encrypted: make it narrower.`,
    { attribute: attribute.name },
  );
}

export function quickSearchTooBroad(limit: number): Error {
  return badRequest(
    'protected-search-too-broad',
    `More than ${String(limit)} records that are not sealed yet may match this search: make it narrower.`,
  );
}
