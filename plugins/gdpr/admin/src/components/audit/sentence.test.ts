import { createIntl } from 'react-intl';

import type { AuditEntry } from '../../../../contracts/audit';
import { textOf } from '../../text';
import { prefixed } from '../../translation';
import de from '../../translations/de.json';

import { sentenceOf, type Wording } from './sentence';

const wordingIn = (locale: 'en' | 'de', more: Partial<Wording> = {}): Wording => {
  const intl = createIntl({
    locale,
    messages: locale === 'de' ? prefixed(de) : {},
    onError: () => undefined,
  });
  return {
    text: textOf(intl),
    list: (items) => intl.formatList(items),
    actors: { 'admin:7': 'Grace Hopper', 'api-token:2': 'Website', 'admin-role:3': 'Editor' },
    types: { 'api::registration.registration': 'Registration' },
    ...more,
  };
};
const contacts = (count: number, attributes: readonly string[] = []): AuditEntry['records'] => [
  { type: 'plugin::gdpr.contact', change: null, count, attributes, records: [] },
];
const entry = (given: Partial<AuditEntry>): AuditEntry => ({
  index: 0,
  id: 'a-1',
  time: 0,
  action: 'read',
  actor: 'admin:7',
  source: 'content-manager',
  records: [],
  hasValues: false,
  ...given,
});
function say(given: Partial<AuditEntry>, wording = wordingIn('en')): string {
  const { key, values } = sentenceOf(entry(given), wording);
  return wording.text(key, values).replace(/\s+/g, ' ').trim();
}

test.each<[Partial<AuditEntry>, string]>([
  [
    {
      action: 'transfer',
      actor: 'system',
      name: 'strapi',
      source: 'code',
      details: { type: 'plugin::gdpr.contact', change: 'delete', count: 60 },
    },
    'The system (strapi) removed 60 contacts by a data transfer',
  ],
  [
    {
      action: 'key',
      actor: 'command',
      name: 'unseal',
      source: 'command',
      details: { operation: 'unseal-finished', type: 'plugin::gdpr.contact', records: 60 },
    },
    'The command line (unseal) carried out a key operation: stored in plaintext again: 60 contacts',
  ],
  [{ records: contacts(25) }, 'Grace Hopper opened 25 contacts in the content manager'],
  [
    { actor: 'api-token:2', source: 'rest', action: 'update', records: contacts(1, ['firstName', 'phone']) },
    'Website (API token) changed firstName and phone of a contact over the REST API',
  ],
  [
    { action: 'update', records: contacts(1, ['a', 'b', 'c', 'd', 'e']) },
    'Grace Hopper changed a, b, c, and 2 more of a contact in the content manager',
  ],
  [
    {
      action: 'denied',
      actor: 'public',
      source: 'rest',
      details: { type: 'plugin::gdpr.contact', repeated: 3 },
    },
    'Somebody without an account was refused access to contacts over the REST API (and 3 more times)',
  ],
  [
    { action: 'denied', details: { type: 'plugin::gdpr.contact', document: 'abc' } },
    'Grace Hopper was refused access to a contact in the content manager',
  ],
  [
    {
      records: [
        { type: 'api::registration.registration', change: null, count: 2, attributes: [], records: [] },
      ],
      actor: 'admin:9',
    },
    'Administrator 9 (account deleted) opened 2 records of the type “Registration” in the content manager',
  ],
  [
    {
      action: 'permission',
      source: 'admin',
      details: { change: 'granted', of: 'admin-role:3', permissions: ['x', 'y'] },
    },
    'Grace Hopper gave 2 permissions over personal data to the role “Editor”',
  ],
  [
    {
      action: 'unmask',
      records: contacts(0),
      details: { type: 'plugin::gdpr.contact', document: 'abc', attributes: ['phone'] },
    },
    'Grace Hopper had a contact shown unmasked in the content manager',
  ],
  [{ action: 'export', details: { what: 'audit-trail' } }, 'Grace Hopper exported the audit trail'],
  [
    { action: 'verify', actor: 'command', source: 'command', name: 'audit verify' },
    'The command line (audit verify) had the audit trail verified',
  ],
  [{ action: 'of-the-future' }, 'Grace Hopper: of-the-future in the content manager'],
])('%j is said in words', (given, sentence) => {
  expect(say(given)).toBe(sentence);
});

test('the persons behind the records are not counted beside them', () => {
  const person = { ...contacts(3)[0], type: 'plugin::gdpr.data-subject' } as AuditEntry['records'][number];
  expect(say({ records: [...contacts(3), person] })).toContain('opened 3 contacts in');
  expect(say({ records: [person] })).toContain('opened 3 data subjects in');
});

test('beside a record, that one is "this record", and a list says how many others there were', () => {
  const wording = wordingIn('en', { isBesideRecord: true });
  expect(say({ records: contacts(1) }, wording)).toContain('opened this record in');
  expect(say({ records: contacts(25) }, wording)).toContain('opened this record and 24 others in');
});

test('German says the same in its own order', () => {
  expect(say({ records: contacts(25) }, wordingIn('de'))).toBe(
    'Grace Hopper hat im Content-Manager 25 Kontakte geöffnet',
  );
  expect(say({ action: 'update', records: contacts(1, ['phone']) }, wordingIn('de'))).toBe(
    'Grace Hopper hat im Content-Manager einen Kontakt geändert: phone',
  );
});
