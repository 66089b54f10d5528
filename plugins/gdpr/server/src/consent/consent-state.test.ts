import fc from 'fast-check';

import { consentState, type LedgerEntry } from './consent-state';
import { CONSENT_EVENTS, type ConsentEvent } from './content-types/consent-record/schema';

const ledger = (...events: ConsentEvent[]): LedgerEntry[] =>
  events.map((event, at) => ({
    event,
    occurredAt: new Date(at * 1000),
    sequence: at,
    needsConfirmation: true,
  }));

test.each<[string, LedgerEntry[], string]>([
  ['nothing', [], 'none'],
  ['asked', ledger('granted'), 'pending'],
  ['confirmed', ledger('granted', 'confirmed'), 'given'],
  ['withdrawn', ledger('granted', 'confirmed', 'withdrawn'), 'withdrawn'],
  ['asked again while in force', ledger('granted', 'confirmed', 'granted'), 'given'],
  ['asked again after leaving', ledger('granted', 'confirmed', 'withdrawn', 'granted'), 'pending'],
  ['expired', ledger('granted', 'confirmed', 'expired'), 'expired'],
  ['refused', ledger('refused'), 'refused'],
  [
    'single opt-in',
    [{ event: 'granted', occurredAt: new Date(), sequence: 1, needsConfirmation: false }],
    'given',
  ],
])('%s', (_name, entries, expected) => {
  expect(consentState(entries)).toBe(expected);
});

test('the order in which lines are read does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...CONSENT_EVENTS)), (events) => {
      const entries = ledger(...events);
      expect(consentState([...entries].reverse())).toBe(consentState(entries));
    }),
  );
});

test('consent is never in force without a confirmation behind the last end', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...CONSENT_EVENTS)), (events) => {
      const lastEnd = Math.max(
        ...(['withdrawn', 'expired', 'refused'] as const).map((end) => events.lastIndexOf(end)),
      );
      const isGiven = consentState(ledger(...events)) === 'given';
      expect(isGiven).toBe(events.lastIndexOf('confirmed') > lastEnd);
    }),
  );
});
