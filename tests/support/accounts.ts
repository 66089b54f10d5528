import { randomBytes } from 'node:crypto';

import type { TestStrapi } from './strapi';

const PASSWORD = `${randomBytes(12).toString('base64url')}aZ7`;

/** Signs an administrator in, as the admin panel does. @returns the headers of their requests */
export async function signInAdmin(
  app: TestStrapi,
  roleCode = 'strapi-super-admin',
): Promise<Record<string, string>> {
  const email = `${roleCode}-${randomBytes(4).toString('hex')}@example.org`;
  const role = await app.strapi.db.query('admin::role').findOne({ where: { code: roleCode } });
  await (app.strapi.service('admin::user') as any).create({
    email,
    firstname: 'Test',
    lastname: roleCode,
    password: PASSWORD,
    isActive: true,
    roles: [role.id],
  });
  const { body } = await app.http().post('/admin/login').send({ email, password: PASSWORD });
  return { Authorization: `Bearer ${String(body.data.token)}` };
}

/** An administrator whose role may do everything with some types in the content manager, and nothing else. */
export async function signInWithRole(
  app: TestStrapi,
  types: readonly string[],
  actions: readonly string[] = [],
): Promise<Record<string, string>> {
  const name = `role-${randomBytes(4).toString('hex')}`;
  const roles = app.strapi.service('admin::role') as any;
  const role = await roles.create({ name, description: '' });
  const explorer = types.flatMap((subject) =>
    ['read', 'create', 'update', 'delete', 'publish'].map((action) => ({
      action: `plugin::content-manager.explorer.${action}`,
      subject,
      properties: {
        ...(['delete', 'publish'].includes(action) ? {} : { fields: fieldsOf(app, subject) }),
        locales: ['en'],
      },
      conditions: [],
    })),
  );
  await roles.assignPermissions(role.id, [
    ...explorer,
    ...actions.map((action) => ({ action, subject: null, properties: {}, conditions: [] })),
  ]);
  return signInAdmin(app, role.code);
}

/** Permissions name the fields inside a component one by one. */
function fieldsOf(app: TestStrapi, uid: string): string[] {
  const { attributes } = app.strapi.getModel(uid as never) as unknown as { attributes: Record<string, any> };
  return Object.entries(attributes).flatMap(([name, { type, component }]) =>
    type === 'component' ? fieldsOf(app, component).map((field) => `${name}.${field}`) : [name],
  );
}

/** An API token. @returns the headers of requests with it */
export async function apiToken(
  app: TestStrapi,
  type: 'full-access' | 'read-only' | 'custom',
  permissions?: string[],
): Promise<Record<string, string>> {
  const { accessKey } = await (app.strapi.service('admin::api-token') as any).create({
    name: `${type}-${randomBytes(4).toString('hex')}`,
    description: '',
    type,
    lifespan: null,
    ...(permissions === undefined ? {} : { permissions }),
  });
  return { Authorization: `Bearer ${String(accessKey)}` };
}
