import type { Core } from '@strapi/types';

import type { ProtectedTypes } from '../../vault';

import type { Recorder } from './recorder';

type Row = Readonly<Record<string, unknown>>;

interface Event {
  readonly action: string;
  readonly model: { readonly uid: string };
  readonly params: { readonly data?: unknown; readonly where?: unknown };
  readonly result?: unknown;
  readonly state: Record<string, unknown>;
}

/** Tables of permissions, and how each says whose they are. */
const PERMISSIONS: Readonly<Record<string, { readonly owner: string; readonly prefix: string }>> = {
  'admin::permission': { owner: 'role', prefix: 'admin-role' },
  'admin::api-token-permission': { owner: 'token', prefix: 'api-token' },
  'plugin::users-permissions.permission': { owner: 'role', prefix: 'role' },
};
const ADMIN_USER = 'admin::user';

/**
 * Records changes of who may do what with protected types and with this plugin: permissions of roles and of API tokens,
 * and roles of administrators. In the transaction of the change where there is one.
 */
export function recordPermissionChanges(
  strapi: Core.Strapi,
  recorder: Recorder,
  types: ProtectedTypes,
): void {
  const matters = ({ action, subject }: Row): boolean => {
    if (typeof action !== 'string') return false;
    if (action.startsWith('plugin::gdpr.')) return true;
    if (typeof subject === 'string') return types.get(subject) !== undefined;
    // `api::registration.registration.find`: the type, and what may be done with it.
    return types.get(action.split('.').slice(0, -1).join('.')) !== undefined;
  };
  // Saving a role grants and revokes one by one; of a request that is one entry for each owner and direction.
  const lists = new WeakMap<object, Map<string, string[]>>();
  const report = async (uid: string, change: 'granted' | 'revoked', rows: readonly Row[]): Promise<void> => {
    const kind = PERMISSIONS[uid];
    for (const row of rows.filter(matters)) {
      const owner = idOf(row[kind?.owner ?? 'role']);
      const of = `${kind?.prefix ?? 'role'}:${owner ?? 'nobody'}`;
      const subject = typeof row['subject'] === 'string' ? ` ${row['subject']}` : '';
      const permission = `${String(row['action'])}${subject}`;
      const request = recorder.origins.request();
      const ofRequest = (request && lists.get(request)) ?? new Map<string, string[]>();
      const key = `${change} ${of}`;
      const open = ofRequest.get(key);
      if (open !== undefined) {
        // The entry is written when the request ends, with all that is in its list by then.
        open.push(permission);
        continue;
      }
      const permissions = [permission];
      if (request !== undefined && !strapi.db.inTransaction())
        lists.set(request, ofRequest.set(key, permissions));
      await recorder.record({ action: 'permission', details: { change, of, permissions } });
    }
  };
  const stored = (uid: string, where: unknown): Promise<Row[]> =>
    strapi.db.query(uid).findMany({
      where: where as never,
      populate: { [PERMISSIONS[uid]?.owner ?? 'role']: { select: ['id'] } },
    }) as Promise<Row[]>;
  const models = [...Object.keys(PERMISSIONS), ADMIN_USER].filter((uid) => uid in strapi.contentTypes);

  strapi.db.lifecycles.subscribe({
    models,
    async afterCreate(event: Event) {
      const { uid } = event.model;
      if (uid === ADMIN_USER) return reportRoles(event);
      await report(uid, 'granted', [{ ...rowOf(event.params.data), id: idOf(event.result) }]);
    },
    async afterCreateMany({ model, params }: Event) {
      const rows = Array.isArray(params.data) ? params.data.map(rowOf) : [];
      if (model.uid !== ADMIN_USER) await report(model.uid, 'granted', rows);
    },
    async afterUpdate(event: Event) {
      if (event.model.uid === ADMIN_USER) await reportRoles(event);
    },
    async beforeDelete({ model, params, state }: Event) {
      if (model.uid !== ADMIN_USER) state['rows'] = await stored(model.uid, params.where);
    },
    async beforeDeleteMany({ model, params, state }: Event) {
      if (model.uid !== ADMIN_USER) state['rows'] = await stored(model.uid, params.where);
    },
    async afterDelete({ model, state }: Event) {
      await report(model.uid, 'revoked', (state['rows'] as Row[] | undefined) ?? []);
    },
    async afterDeleteMany({ model, state }: Event) {
      await report(model.uid, 'revoked', (state['rows'] as Row[] | undefined) ?? []);
    },
  });

  async function reportRoles({ params, result }: Event): Promise<void> {
    const { roles } = rowOf(params.data);
    const account = idOf(result);
    if (roles === undefined || account === null) return;
    const list = Array.isArray(roles) ? roles : [roles];
    const ids = list.flatMap((role) => idOf(role) ?? []);
    const details = { change: 'roles', of: `admin:${account}`, roles: ids.map((id) => `admin-role:${id}`) };
    await recorder.record({ action: 'permission', details });
  }
}

function rowOf(value: unknown): Row {
  return typeof value === 'object' && value !== null ? (value as Row) : {};
}

/** The id in any of the forms in which Strapi's database layer takes a relation. */
function idOf(value: unknown): string | null {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))) return String(value);
  if (typeof value !== 'object' || value === null) return null;
  for (const key of ['id', 'set', 'connect']) if (key in value) return idOf((value as Row)[key]);
  return Array.isArray(value) ? idOf(value[0]) : null;
}
