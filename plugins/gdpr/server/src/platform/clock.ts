/** Where the time comes from: a room asks the clock, never `Date.now()`, so that there is one place to put another. */
export interface Clock {
  now(): Date;
}

export const clock: Clock = {
  now: () => new Date(),
};
