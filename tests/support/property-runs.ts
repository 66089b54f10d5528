/**
 * How often, and from where, a comparison over a booted Strapi tries: always the same sequences, so that a change is
 * judged by what it changed. `TWIN_RUNS=400 TWIN_SEED=random npm test -- twin` looks further.
 */
export function propertyRuns(standard: number): { numRuns: number; seed?: number } {
  const { TWIN_RUNS: runs, TWIN_SEED: seed } = process.env;
  return {
    numRuns: Number(runs ?? standard),
    ...(seed === 'random' ? {} : { seed: Number(seed ?? 20_261_125) }),
  };
}
