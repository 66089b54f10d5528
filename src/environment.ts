/**
 * Reads an environment variable; an empty one counts as unset, because that is what `NAME=` in `.env` yields.
 */
export function setting(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

export function settingOr(name: string, fallback: string): string {
  return setting(name) ?? fallback;
}

/** @throws when the variable is not set, saying how to make one: no secret has a default in code */
export function secret(name: string): string {
  const value = setting(name);
  if (value === undefined) {
    throw new Error(
      `${name} is not set: add it to .env, or run \`npm run env\`, which fills in what is missing with fresh secrets.`,
    );
  }
  return value;
}

/** @throws when the variable is set to something else than a whole number */
export function wholeNumber(name: string, fallback: number): number {
  const value = setting(name);
  if (value === undefined) return fallback;
  if (!/^\d+$/.test(value)) throw new Error(`${name} must be a whole number.`);
  return Number(value);
}
