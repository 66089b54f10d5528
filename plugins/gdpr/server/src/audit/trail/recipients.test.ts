import type { AuditEntry } from '../entry/entry';

import { categoriesOf, isAccess, type PersonalAccess } from './recipients';

const CONTACT = 'plugin::gdpr.contact';
let time = 0;
const access = (
  given: Partial<AuditEntry>,
  data: PersonalAccess['data'] = { [CONTACT]: ['email'] },
): PersonalAccess => ({
  entry: {
    v: 1,
    id: 'a-1',
    time: (time += 1_000),
    action: 'read',
    actor: 'admin:1',
    source: 'content-manager',
    ...given,
  },
  data,
});
const accounts = {
  roles: { 'admin:1': ['Editor', 'Author'], 'admin:2': ['Author', 'Editor'], 'user:5': ['Authenticated'] },
  names: { 'admin:1': 'Grace Hopper', 'admin:2': 'Ada King', 'api-token:2': 'Website' },
};

test('staff is told by roles and counted; names only when they are asked for', () => {
  const accesses = [
    access({}),
    access({ actor: 'admin:2' }, { [CONTACT]: ['notes', 'email'] }),
    access({ actor: 'admin:2', details: { masked: true } }),
    access({ action: 'update', purpose: 'support-ticket-4711' }),
  ];
  const [first, last] = [accesses[0]?.entry.time ?? 0, accesses[3]?.entry.time ?? 0];
  const [staff, ...more] = categoriesOf(accesses, [], accounts, { naming: false });
  expect(more).toEqual([]);
  expect(staff).toEqual({
    kind: 'staff',
    label: 'Author, Editor',
    seen: 2,
    masked: 1,
    changed: 1,
    first: new Date(first),
    last: new Date(last),
    data: { [CONTACT]: ['email', 'notes'] },
    purposes: ['support-ticket-4711'],
    actors: 2,
  });
  expect(JSON.stringify(staff)).not.toMatch(/Grace|Ada|admin:/);
  const [named] = categoriesOf(accesses, [], accounts, { naming: true });
  expect(named?.names).toEqual(['Ada King', 'Grace Hopper']);
});

test.each<[Partial<AuditEntry>, string, string | null]>([
  [{ actor: 'admin:9' }, 'staff', null],
  [{ actor: 'api-token:2', source: 'rest' }, 'system', 'Website'],
  [{ actor: 'api-token:3', source: 'rest' }, 'system', null],
  [{ actor: 'user:5', source: 'rest' }, 'users', 'Authenticated'],
  [{ actor: 'public', source: 'rest' }, 'public', null],
  [{ actor: 'system', source: 'job', name: 'outbox' }, 'job', 'outbox'],
  [{ actor: 'command', source: 'command', name: 'subject export' }, 'command', 'subject export'],
  [{ actor: 'system', source: 'code', name: 'seed.mjs' }, 'code', 'seed.mjs'],
  [{ actor: 'admin:1', action: 'export', details: { what: 'newsletter' } }, 'export', 'newsletter'],
  [{ actor: 'system', source: 'code', name: 'strapi', action: 'transfer' }, 'transfer', null],
])('%j is of the kind %s', (given, kind, label) => {
  expect(categoriesOf([access(given)], [], accounts, { naming: false })).toMatchObject([{ kind, label }]);
});

test('disclosures of other rooms stand beside it, the latest first', () => {
  const at = new Date(Date.now());
  const [first, second] = categoriesOf(
    [access({})],
    [{ label: 'Parcel services', at, purpose: 'delivery', data: { [CONTACT]: ['street'] } }],
    accounts,
    { naming: false },
  );
  expect(first).toMatchObject({
    kind: 'disclosure',
    label: 'Parcel services',
    seen: 1,
    first: at,
    purposes: ['delivery'],
  });
  expect(second).toMatchObject({ kind: 'staff' });
});

test('refusals, alarms and key operations told nobody anything', () => {
  for (const action of ['denied', 'tampering', 'key', 'prune', 'permission', 'settings', 'verify'])
    expect(isAccess(access({ action }).entry)).toBe(false);
});
