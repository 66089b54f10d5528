import { clock } from '../platform/clock';

/** How long a node may go on with what it read of a state that all nodes share, in ms. */
export const NOTICE = 2_000;

/**
 * So long a change of that state waits before it counts on all nodes having noticed, in ms: what was read in time may
 * still be in use for a while.
 */
export const NOTICED = 5_000;

/**
 * Something that nodes agree on through the database and that is asked for too often to be read each time. It is read
 * again when it is older than {@link NOTICE}; whoever changes it waits {@link NOTICED} before relying on the change.
 */
export class Remembered<T> {
  private known: { readonly value: T; readonly readAt: number } | null = null;

  constructor(private readonly read: () => Promise<T>) {}

  async value(): Promise<T> {
    // The monotonic clock: a corrected wall clock must not make an old answer young.
    if (this.known !== null && performance.now() - this.known.readAt < NOTICE) return this.known.value;
    const readAt = performance.now();
    const value = await this.read();
    this.known = { value, readAt };
    return value;
  }

  forget(): void {
    this.known = null;
  }
}

/** Waits in short pieces, so that a run keeps its lease. @returns whether the time has come */
export async function waitedUntil(time: number): Promise<boolean> {
  const left = time - clock.now().getTime();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(left, 250)));
  return left <= 250;
}
