import type { Core } from '@strapi/types';

/**
 * The names of actors as they are called now. The log only knows accounts; who has left keeps the account's number.
 */
export async function actorNames(
  strapi: Core.Strapi,
  actors: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const idsOf = (kind: string): number[] =>
    actors.flatMap((actor) => {
      const [prefix, id] = actor.split(':');
      return prefix === kind && id !== undefined && /^\d+$/.test(id) ? [Number(id)] : [];
    });
  const admins = (await find(strapi, 'admin::user', idsOf('admin'), ['id', 'firstname', 'lastname'])) as {
    id: number;
    firstname: string | null;
    lastname: string | null;
  }[];
  const tokens = (await find(strapi, 'admin::api-token', idsOf('api-token'), ['id', 'name'])) as {
    id: number;
    name: string;
  }[];
  return Object.fromEntries([
    ...admins.map(({ id, firstname, lastname }) => [
      `admin:${String(id)}`,
      [firstname, lastname].filter(Boolean).join(' '),
    ]),
    ...tokens.map(({ id, name }) => [`api-token:${String(id)}`, name]),
  ]) as Readonly<Record<string, string>>;
}

function find(
  strapi: Core.Strapi,
  uid: string,
  ids: readonly number[],
  select: string[],
): Promise<unknown[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return strapi.db.query(uid).findMany({ where: { id: { $in: ids } }, select }) as Promise<unknown[]>;
}
