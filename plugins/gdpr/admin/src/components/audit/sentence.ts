import type { AuditEntry, AuditRecords } from '../../../../contracts/audit';
import type { Text, TextKey, TextValues } from '../../text';

/** What it takes to say an entry in words. */
export interface Wording {
  readonly text: Text;
  /** Joins a list in the reader's language. */
  readonly list: (items: readonly string[]) => string;
  /** Names of accounts and roles. */
  readonly actors: Readonly<Record<string, string>>;
  /** Names of content types that the plugin has no word of its own for. */
  readonly types: Readonly<Record<string, string>>;
  /** Said beside a record: that one is "this record". */
  readonly isBesideRecord?: boolean;
}

export interface Sentence {
  readonly key: TextKey;
  readonly values: TextValues & { readonly actor: string };
}

/** Attributes named in one sentence at most. */
const NAMED = 4;

/** One entry as a sentence: who did what, and where. */
export function sentenceOf(entry: AuditEntry, wording: Wording): Sentence {
  const { text, list } = wording;
  const details = entry.details ?? {};
  const count = numberOf(details['count']);
  const values = {
    actor: actorOf(entry, wording),
    where: whereOf(entry, text),
    records: recordsOf(entry.records, wording),
    attributes: attributesOf(entry.records, wording),
  };
  const said = (key: TextKey, more: TextValues = {}): Sentence => ({ key, values: { ...values, ...more } });

  switch (entry.action) {
    case 'unmask':
      return said('audit.said.unmask', { records: namedOf(entry, wording) });
    case 'read':
      return said(details['masked'] === true ? 'audit.said.read-masked' : 'audit.said.read');
    case 'create':
    case 'delete':
    case 'clone':
    case 'publish':
    case 'unpublish':
    case 'discardDraft':
      return said(`audit.said.${entry.action}`);
    case 'update':
      return said(values.attributes === '' ? 'audit.said.update-other' : 'audit.said.update');
    case 'denied': {
      const repeated = numberOf(details['repeated']);
      return said('audit.said.denied', { records: namedOf(entry, wording), repeated });
    }
    case 'tampering':
      if (details['reason'] === 'audit-log-broken') return said('audit.said.tampering-log');
      return said('audit.said.tampering', { records: namedOf(entry, wording) });
    case 'export':
      if (details['what'] === 'audit-trail') return said('audit.said.export-trail');
      return said(details['outcome'] === 'failed' ? 'audit.said.export-failed' : 'audit.said.export', {
        records: values.records === '' ? text('audit.type.none') : values.records,
      });
    case 'permission':
      return said(permissionKey(details['change']), {
        of: nameOf(String(details['of'] ?? ''), wording),
        count: itemsOf(details['permissions'] ?? details['roles']).length,
      });
    case 'key':
      return said('audit.said.key', { operation: operationOf(details, wording) });
    case 'settings':
      return said('audit.said.settings', { changed: list(itemsOf(details['changed'])) });
    case 'schema':
      return said('audit.said.schema', { type: typeName(String(details['type'] ?? ''), wording) });
    case 'transfer':
      return said(details['change'] === 'delete' ? 'audit.said.transfer-removed' : 'audit.said.transfer', {
        records: phraseOf(String(details['type'] ?? ''), count, wording),
      });
    case 'prune':
      return said(details['what'] === 'payloads' ? 'audit.said.prune-values' : 'audit.said.prune', { count });
    case 'read-values':
    case 'find-person':
    case 'verify':
      return said(`audit.said.${entry.action}`);
    default:
      return said('audit.said.other', { action: entry.action });
  }
}

/** Who it was, to stand at the beginning of a sentence. */
export function actorOf({ actor, name }: Pick<AuditEntry, 'actor' | 'name'>, wording: Wording): string {
  const { text } = wording;
  switch (actor) {
    case 'public':
      return text('audit.actor.public');
    case 'system':
      return name === undefined ? text('audit.actor.system') : text('audit.actor.code', { name });
    case 'command':
      return text('audit.actor.command', { name: name ?? '' });
    default:
      return nameOf(actor, wording);
  }
}

/** The name of an account or role; its number when it is gone. */
function nameOf(account: string, { text, actors }: Wording): string {
  const [kind = '', id = ''] = account.split(':');
  const name = actors[account] ?? '';
  switch (kind) {
    case 'admin':
      return name === '' ? text('audit.actor.admin-gone', { id }) : name;
    case 'api-token':
      return name === '' ? text('audit.actor.token-gone', { id }) : text('audit.actor.token', { name });
    case 'admin-role':
    case 'role':
      return name === '' ? text('audit.actor.role-gone', { id }) : text('audit.actor.role', { name });
    case 'user':
      return text('audit.actor.user', { id });
    default:
      return account;
  }
}

const PLACES = ['content-manager', 'admin', 'rest', 'graphql', 'http'] as const;

/** Jobs, commands and code are named as who does it. */
function whereOf({ source }: AuditEntry, text: Text): string {
  const place = PLACES.find((known) => known === source);
  return place === undefined ? '' : text(`audit.where.${place}`);
}

const DATA_SUBJECT = 'plugin::gdpr.data-subject';
const TYPES: Readonly<Record<string, TextKey>> = {
  'plugin::gdpr.contact': 'audit.type.contact',
  'plugin::gdpr.lead': 'audit.type.lead',
  [DATA_SUBJECT]: 'audit.type.data-subject',
  'plugin::users-permissions.user': 'audit.type.user',
  'plugin::gdpr.outbox-message': 'audit.type.mail',
};

function recordsOf(sets: readonly AuditRecords[], wording: Wording): string {
  const counts = new Map<string, number>();
  for (const { type, count } of peopleAside(sets)) counts.set(type, (counts.get(type) ?? 0) + count);
  if (wording.isBesideRecord === true) {
    const others = Math.max(0, [...counts.values()].reduce((sum, count) => sum + count, 0) - 1);
    return wording.text('audit.type.this', { others });
  }
  return wording.list([...counts].map(([type, count]) => phraseOf(type, count, wording)));
}

/** A data subject that is read or made along with other records is the person behind them, and no news of its own. */
function peopleAside(sets: readonly AuditRecords[]): readonly AuditRecords[] {
  const others = sets.filter(({ type }) => type !== DATA_SUBJECT);
  return others.length === 0 ? sets : others;
}

/** `count` records of a type; 0 says the type as such. */
function phraseOf(type: string, count: number, wording: Wording): string {
  const known = TYPES[type];
  if (known !== undefined) return wording.text(known, { count });
  return wording.text('audit.type.other', { count, type: typeName(type, wording) });
}

function typeName(type: string, { types }: Wording): string {
  return types[type] ?? type;
}

/** What a refusal, an alarm or an unmasking was about: it names a type, and a record where the caller did. */
function namedOf({ details }: AuditEntry, wording: Wording): string {
  if (wording.isBesideRecord === true) return wording.text('audit.type.this', { others: 0 });
  const type = details?.['type'];
  if (typeof type !== 'string') return wording.text('audit.type.none');
  return phraseOf(type, details?.['document'] === undefined ? 0 : 1, wording);
}

function attributesOf(sets: readonly AuditRecords[], { text, list }: Wording): string {
  const names = [...new Set(sets.flatMap(({ attributes }) => attributes))];
  if (names.length <= NAMED) return list(names);
  const more = text('audit.attributes.more', { count: names.length - NAMED + 1 });
  return list([...names.slice(0, NAMED - 1), more]);
}

function permissionKey(change: unknown): TextKey {
  if (change === 'roles') return 'audit.said.permission-roles';
  return change === 'revoked' ? 'audit.said.permission-revoked' : 'audit.said.permission-granted';
}

const OPERATIONS = [
  'key-encryption-key-rotated',
  'data-key-rotated',
  'data-keys-destroyed',
  'index-key-rotated',
  'keys-moved',
  'keys-exported',
  'keys-imported',
  'seal-started',
  'seal-finished',
  'seal-failed',
  'unseal-started',
  'unseal-finished',
  'unseal-failed',
  'rotate-audit-signing-key',
] as const;

function operationOf(details: NonNullable<AuditEntry['details']>, wording: Wording): string {
  const operation = String(details['operation'] ?? '');
  const known = OPERATIONS.find((one) => one === operation);
  if (known === undefined) return operation;
  const records = phraseOf(String(details['type'] ?? ''), numberOf(details['records']), wording);
  return wording.text(`audit.operation.${known}`, { records });
}

function itemsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
