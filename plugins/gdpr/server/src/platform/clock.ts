/** Where the time comes from. A room asks the clock, never `Date.now()`, so that tests can move it. */
export interface Clock {
  now(): Date;
}

let offset = 0;

export const clock: Clock = {
  now: () => new Date(Date.now() + offset),
};

/** Moves the clock of this process by `ms` (tests only: forwards to expire tokens, backwards to simulate skew). */
export function shiftClock(ms: number): void {
  offset += ms;
}

export function resetClock(): void {
  offset = 0;
}
