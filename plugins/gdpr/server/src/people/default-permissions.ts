import type { Core } from '@strapi/types';

interface AdminRoles {
  createRolesIfNoneExist(): Promise<void>;
}

/**
 * On a fresh database Strapi lets its Editor and Author read every content type it finds, these included. Who may see
 * personal data is for somebody to decide and not for a default (Art. 25(2)), so that is taken back, once, before the
 * first request; a super admin grants what a role needs.
 */
export async function withholdDefaultPermissions(strapi: Core.Strapi): Promise<void> {
  const store = strapi.store({ type: 'plugin', name: 'gdpr', key: 'default-permissions' });
  if ((await store.get({})) !== null) return;
  // Otherwise Strapi creates its roles after this, with those permissions.
  await (strapi.service('admin::role') as unknown as AdminRoles).createRolesIfNoneExist();
  const permissions = (await strapi.db.query('admin::permission').findMany({
    where: {
      subject: { $startsWith: 'plugin::gdpr.' },
      role: { code: { $in: ['strapi-editor', 'strapi-author'] } },
    },
    select: ['id'],
  })) as { id: number }[];
  const ids = permissions.map(({ id }) => id);
  if (ids.length > 0) await strapi.db.query('admin::permission').deleteMany({ where: { id: { $in: ids } } });
  await store.set({ value: true });
}
