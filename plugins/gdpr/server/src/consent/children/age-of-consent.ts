/** Art. 8(1): sixteen, unless a member state has set another age, which is thirteen at least. */
export const DEFAULT_AGE = 16;

/**
 * What the states of the European Economic Area and the United Kingdom have set by law, as of 2026. A project overrides
 * it by `gdpr.config.consent.children.ages` when a law changes before this table does.
 */
const AGES: Readonly<Record<string, number>> = {
  ...of(13, ['BE', 'EE', 'FI', 'GB', 'IS', 'LV', 'MT', 'NO', 'PT', 'SE']),
  ...of(14, ['AT', 'BG', 'CY', 'ES', 'IT', 'LT']),
  ...of(15, ['CZ', 'DK', 'FR', 'GR', 'SI']),
  ...of(16, ['DE', 'HR', 'HU', 'IE', 'LI', 'LU', 'NL', 'PL', 'RO', 'SK']),
};

function of(age: number, countries: readonly string[]): Record<string, number> {
  return Object.fromEntries(countries.map((country) => [country, age]));
}

/**
 * From which age somebody consents for themselves to a service offered directly to children.
 *
 * @param country ISO 3166 code; sixteen for one that is not known
 */
export function ageOfConsent(
  country: string | null | undefined,
  overrides: Readonly<Record<string, number>> = {},
): number {
  if (country === null || country === undefined) return DEFAULT_AGE;
  return overrides[country] ?? AGES[country] ?? DEFAULT_AGE;
}

export interface AgeClaim {
  readonly underAge: boolean | null;
  /** ISO 8601 date. */
  readonly dateOfBirth: string | null;
}

/**
 * Whether somebody is below an age, by their own words; `null` when they said nothing. Of two answers that contradict
 * each other the one that protects counts. Whoever was born on 29 February is a year older on 1 March.
 */
export function isChild({ underAge, dateOfBirth }: AgeClaim, age: number, now: Date): boolean | null {
  const byDate = dateOfBirth === null ? null : yearsSince(dateOfBirth, now) < age;
  if (underAge === true || byDate === true) return true;
  return underAge ?? byDate;
}

function yearsSince(date: string, now: Date): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const years = now.getUTCFullYear() - year;
  const hadBirthday =
    now.getUTCMonth() + 1 > month || (now.getUTCMonth() + 1 === month && now.getUTCDate() >= day);
  return hadBirthday ? years : years - 1;
}
