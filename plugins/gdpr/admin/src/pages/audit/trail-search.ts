import type { AuditQuery } from '../../../../contracts/audit';

const NAMES = ['person', 'type', 'document', 'actor', 'action', 'source', 'from', 'to'] as const;
export type FilterName = (typeof NAMES)[number];

/** What the page's address asks for. Only pseudonyms stand in it, never an e-mail address. */
export interface TrailSearch extends Readonly<Partial<Record<FilterName, string>>> {
  readonly before?: number;
}

export const PAGE_SIZE = 25;

export function readSearch(params: URLSearchParams): TrailSearch {
  const filters = NAMES.flatMap((name) => {
    const value = params.get(name) ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  const before = params.get('before') ?? '';
  return {
    ...Object.fromEntries(filters),
    ...(/^\d{1,15}$/.test(before) ? { before: Number(before) } : {}),
  };
}

export function hasFilters(search: TrailSearch): boolean {
  return NAMES.some((name) => search[name] !== undefined);
}

/** Days are those of the reader's clock, and the last one is included to its end. */
export function auditQueryOf({ from, to, ...rest }: TrailSearch): AuditQuery {
  const begin = from === undefined ? null : startOfDay(from);
  const end = to === undefined ? null : startOfDay(to);
  // Not 24 hours later: days on which clocks change are longer or shorter.
  end?.setDate(end.getDate() + 1);
  return {
    ...rest,
    limit: PAGE_SIZE,
    ...(begin === null ? {} : { from: begin.toISOString() }),
    ...(end === null ? {} : { to: new Date(end.getTime() - 1).toISOString() }),
  };
}

/** The address after a filter was changed: it begins with the newest entries again. */
export function withFilters(
  params: URLSearchParams,
  changes: Readonly<Partial<Record<FilterName, string | undefined>>>,
): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete('before');
  for (const [name, value] of Object.entries<string | undefined>(changes)) {
    if (value === undefined || value === '') next.delete(name);
    else next.set(name, value);
  }
  // The trail is asked for a person or for a record.
  if (changes.person !== undefined) next.delete('document');
  if (changes.document !== undefined) next.delete('person');
  return next;
}

/** `2026-01-31` of a date on the reader's clock. */
export function dayOf(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** @returns `null` for what is no day */
export function startOfDay(day: string): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)?.slice(1).map(Number);
  const [year, month, date] = parts ?? [];
  if (year === undefined || month === undefined || date === undefined) return null;
  return new Date(year, month - 1, date);
}
