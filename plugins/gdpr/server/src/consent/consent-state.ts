import type { ConsentEvent } from './content-types/consent-record/schema';

/** One line of the ledger, as far as the state depends on it. */
export interface LedgerEntry {
  readonly event: ConsentEvent;
  readonly occurredAt: Date;
  /** Order of writing, which decides between events of the same moment. */
  readonly sequence: number;
  /** Whether the purpose asks for a confirmation by mail. */
  readonly needsConfirmation: boolean;
}

export type ConsentState = 'none' | 'pending' | 'given' | 'withdrawn' | 'expired' | 'refused';

/**
 * The state of one person's consent to one purpose, derived from the ledger and never stored (design 6). The newest
 * event decides, but for one: asking anew while consent is in force does not take it away until it is confirmed.
 */
export function consentState(entries: readonly LedgerEntry[]): ConsentState {
  const ordered = [...entries].sort(
    (a, b) => a.occurredAt.getTime() - b.occurredAt.getTime() || a.sequence - b.sequence,
  );
  let state: ConsentState = 'none';
  for (const { event, needsConfirmation } of ordered) {
    if (event === 'granted') {
      if (!needsConfirmation) state = 'given';
      else if (state !== 'given') state = 'pending';
    } else if (event === 'confirmed') state = 'given';
    else state = event;
  }
  return state;
}
