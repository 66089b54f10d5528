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
