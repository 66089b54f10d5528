import type { Core, UID } from '@strapi/types';

import type { PersonalDataFilter } from './personal-data-filter';
import type { QueryParams } from './query-planner';
import { isPlainObject } from './query-rewriter';

/** Payloads of Strapi's own that do not name their type. */
const TYPE_OF_FIELD: Readonly<Record<string, string>> = {
  media: 'plugin::upload.file',
  user: 'admin::user',
  release: 'plugin::content-releases.release',
};

/**
 * Takes personal data out of every event on its way to whoever listens: webhooks post them to third parties, the
 * Enterprise audit log stores them in clear, plugins forward them. The hub is the one door they all go through, also
 * for the events of deleted and unpublished records, which carry what was read before, and for a project's own events
 * of the same shape (`{ uid, entry }`).
 */
export function withholdPersonalDataFromEvents(strapi: Core.Strapi, filter: PersonalDataFilter): void {
  const { eventHub } = strapi;
  const emit = eventHub.emit.bind(eventHub);
  eventHub.emit = (name: string, ...payloads: unknown[]) =>
    emit(name, ...payloads.map((payload) => withoutPersonalData(filter, payload)));
}

/** @returns the payload with its records copied and bared; what is no record passes as it is */
export function withoutPersonalData(filter: PersonalDataFilter, payload: unknown): unknown {
  if (!isPlainObject(payload)) return payload;
  const { uid } = payload;
  return Object.fromEntries(
    Object.entries(payload).map(([field, value]) => {
      const type = TYPE_OF_FIELD[field] ?? (typeof uid === 'string' ? uid : undefined);
      return [field, type === undefined ? value : filter.without(type, value)];
    }),
  );
}

/**
 * Whether this read is the one that Strapi makes for an `entry.*` event, once the document is written and committed:
 * by id, with every relation, and each relation with a selection that it leaves undefined. Nobody else does that. Such
 * a record is not opened: nobody is going to see what is in it.
 */
export function isReadForEvent(strapi: Core.Strapi, uid: string, params: QueryParams): boolean {
  if (strapi.db.inTransaction() || params.select !== undefined || !isPlainObject(params.where)) return false;
  if (Object.keys(params.where).length !== 1 || typeof params.where['id'] !== 'number') return false;
  const { populate } = params;
  if (!isPlainObject(populate)) return false;
  const relations = Object.entries(strapi.contentTypes[uid as UID.ContentType]?.attributes ?? {}).filter(
    ([, attribute]) => attribute.type === 'relation' && !('unstable_virtual' in attribute),
  );
  return (
    relations.length > 0 &&
    relations.every(([name]) => {
      const value = populate[name];
      return isPlainObject(value) && 'select' in value && value['select'] === undefined;
    })
  );
}
