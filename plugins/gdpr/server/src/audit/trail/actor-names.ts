import type { Core } from '@strapi/types';

interface Kind {
  readonly uid: string;
  readonly select: readonly string[];
}

/** Accounts and roles that entries tell by their ids, by the prefix that stands before the id. */
const KINDS: Readonly<Record<string, Kind>> = {
  admin: { uid: 'admin::user', select: ['firstname', 'lastname'] },
  'api-token': { uid: 'admin::api-token', select: ['name'] },
  'admin-role': { uid: 'admin::role', select: ['name'] },
  role: { uid: 'plugin::users-permissions.role', select: ['name'] },
};
/** Offered at most of one kind. */
const MAX_CHOICES = 500;

type Row = { readonly id: number } & Readonly<Record<string, string | number | null>>;

/**
 * The names of actors, and of the roles that permissions were given to, as they are called now. The log only knows
 * accounts; who has left keeps the account's number.
 */
export async function actorNames(
  strapi: Core.Strapi,
  actors: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const names: Record<string, string> = {};
  for (const kind of Object.keys(KINDS)) {
    const ids = idsOf(actors, kind);
    if (ids.length > 0) Object.assign(names, await find(strapi, kind, { id: { $in: ids } }, ids.length));
  }
  return names;
}

/** Everybody of these kinds who has an account now. */
export async function namesOfAll(
  strapi: Core.Strapi,
  kinds: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const names: Record<string, string> = {};
  for (const kind of kinds) Object.assign(names, await find(strapi, kind, {}, MAX_CHOICES));
  return names;
}

async function find(
  strapi: Core.Strapi,
  prefix: string,
  where: object,
  limit: number,
): Promise<Readonly<Record<string, string>>> {
  const kind = KINDS[prefix];
  if (kind === undefined || !(kind.uid in strapi.contentTypes)) return {};
  const query = { where: where as never, select: ['id', ...kind.select], limit };
  const rows = (await strapi.db.query(kind.uid).findMany(query)) as Row[];
  return Object.fromEntries(
    rows.flatMap((row) => {
      const name = kind.select.flatMap((attribute) => row[attribute] ?? []).join(' ');
      return name === '' ? [] : [[`${prefix}:${String(row.id)}`, name]];
    }),
  );
}

const ROLES: Readonly<Record<string, { readonly uid: string; readonly relation: string }>> = {
  admin: { uid: 'admin::user', relation: 'roles' },
  user: { uid: 'plugin::users-permissions.user', relation: 'role' },
};

/** The names of the roles that accounts have now; absent for accounts that are gone. */
export async function actorRoles(
  strapi: Core.Strapi,
  actors: readonly string[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const roles: Record<string, readonly string[]> = {};
  for (const [prefix, { uid, relation }] of Object.entries(ROLES)) {
    const ids = idsOf(actors, prefix);
    if (ids.length === 0 || !(uid in strapi.contentTypes)) continue;
    const query = {
      where: { id: { $in: ids } } as never,
      select: ['id'],
      populate: { [relation]: { select: ['name'] } },
    };
    const rows = (await strapi.db.query(uid).findMany(query)) as {
      id: number;
      [relation: string]: unknown;
    }[];
    for (const row of rows) {
      const held = [row[relation]].flat() as ({ readonly name?: string } | null)[];
      roles[`${prefix}:${String(row.id)}`] = held.flatMap((role) => role?.name ?? []);
    }
  }
  return roles;
}

function idsOf(actors: readonly string[], kind: string): number[] {
  return actors.flatMap((actor) => {
    const [prefix, id] = actor.split(':');
    return prefix === kind && id !== undefined && /^\d+$/.test(id) ? [Number(id)] : [];
  });
}
