/** Units of relative time, each with its length in ms, the longest first. */
const UNITS = [
  ['year', 365 * 24 * 3_600_000],
  ['month', 30 * 24 * 3_600_000],
  ['day', 24 * 3_600_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

export interface RelativeTime {
  readonly value: number;
  readonly unit: (typeof UNITS)[number][0];
}

/** How long ago something was, in the largest unit of which at least one has gone by. */
export function relativeTime(time: number, now: number): RelativeTime {
  const past = now - time;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(past) >= length) ?? (['second', 1_000] as const);
  const count = Math.trunc(past / length);
  // Not -0, which Intl writes as "-0 seconds ago".
  return { value: count === 0 ? 0 : -count, unit };
}
