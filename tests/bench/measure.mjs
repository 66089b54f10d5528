import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The middle of the times of several rounds, in ms. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Times several ways of doing the same, taking turns, so that whatever else the machine does falls on all alike.
 *
 * @param {Record<string, () => Promise<unknown>>} ways
 * @returns {Promise<Record<string, number>>} median ms of one call of each
 */
export async function compare(ways, { rounds = 61, warmUp = 10, calls = 1 } = {}) {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(ways)) {
      const start = performance.now();
      for (let call = 0; call < calls; call += 1) await run();
      if (round >= 0) times[name].push((performance.now() - start) / calls);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

const rounded = (value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);

/** Prints one case as one JSON line (design 11). */
export function report(line) {
  console.log(
    JSON.stringify(Object.fromEntries(Object.entries(line).map(([key, value]) => [key, rounded(value)]))),
  );
}

/** What this process holds of memory that is in use, in MB: what the collector has yet to take away is not in it. */
export function liveMegabytes() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}
