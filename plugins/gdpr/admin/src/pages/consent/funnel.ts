import type { FunnelWeek } from '../../../../contracts/consent';

/** One week of the chart. */
export interface Bar {
  /** Monday (UTC), `2026-11-23`. */
  readonly week: string;
  /** Asked for, whether by mail or at once. */
  readonly asked: number;
  /** In force: confirmed, or at once. */
  readonly given: number;
  /** Withdrawn, refused or expired. */
  readonly left: number;
}

const WEEK = 7 * 86_400_000;

/**
 * The last weeks, each with its sums; a week in which nothing happened is there, too, or the chart would lie about time.
 *
 * @param purpose `null` for all of them
 */
export function barsOf(
  rows: readonly FunnelWeek[],
  purpose: string | null,
  weeks: number,
  now: Date,
): readonly Bar[] {
  const counted = rows.filter((row) => purpose === null || row.purpose === purpose);
  const monday = mondayOf(now);
  return Array.from({ length: weeks }, (_, at) => {
    const week = new Date(monday - (weeks - 1 - at) * WEEK).toISOString().slice(0, 10);
    const of = counted.filter((row) => row.week === week);
    const sum = (count: (row: FunnelWeek) => number): number => of.reduce((all, row) => all + count(row), 0);
    return {
      week,
      asked: sum(({ pending, direct }) => pending + direct),
      given: sum(({ confirmed, direct }) => confirmed + direct),
      left: sum(({ withdrawn, refused, expired }) => withdrawn + refused + expired),
    };
  });
}

export function totalOf(bars: readonly Bar[]): Omit<Bar, 'week'> {
  return bars.reduce(
    (all, bar) => ({ asked: all.asked + bar.asked, given: all.given + bar.given, left: all.left + bar.left }),
    { asked: 0, given: 0, left: 0 },
  );
}

/** The next round number at or above the largest one: 1, 2 or 5 times a power of ten. */
export function topOf(bars: readonly Bar[]): number {
  const largest = Math.max(1, ...bars.flatMap(({ asked, given, left }) => [asked, given, left]));
  const power = 10 ** Math.floor(Math.log10(largest));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= largest) ?? largest;
}

function mondayOf(date: Date): number {
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  return day - ((date.getUTCDay() + 6) % 7) * 86_400_000;
}
