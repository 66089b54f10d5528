import { randomBytes } from 'node:crypto';

import type { Core } from '@strapi/strapi';

import { CONTACTS, LEADS } from './people';

export interface DemoAdmin {
  readonly email: string;
  /** Only known when the account was created just now. */
  readonly password: string | null;
}

interface AdminUsers {
  exists(attributes?: object): Promise<boolean>;
  create(attributes: object): Promise<unknown>;
}

interface AdminRoles {
  getSuperAdmin(): Promise<{ id: number } | null>;
}

const ADMIN_EMAIL = 'admin@example.org';

/** Fills an empty CRM: the first admin, some leads and contacts. What is there already stays as it is. */
export async function seedDemo(strapi: Core.Strapi): Promise<DemoAdmin> {
  const admin = await seedAdmin(strapi);
  if ((await strapi.db.query('plugin::gdpr.contact').count()) === 0) await seedPeople(strapi);
  return admin;
}

async function seedAdmin(strapi: Core.Strapi): Promise<DemoAdmin> {
  const users = strapi.service('admin::user') as unknown as AdminUsers;
  if (await users.exists()) return { email: ADMIN_EMAIL, password: null };
  const role = await (strapi.service('admin::role') as unknown as AdminRoles).getSuperAdmin();
  // Strapi asks for an upper-case and a lower-case letter and a digit.
  const password = `${randomBytes(15).toString('base64url')}aZ7`;
  await users.create({
    email: ADMIN_EMAIL,
    firstname: 'Demo',
    lastname: 'Admin',
    password,
    isActive: true,
    roles: role === null ? [] : [role.id],
  });
  return { email: ADMIN_EMAIL, password };
}

async function seedPeople(strapi: Core.Strapi): Promise<void> {
  for (const [
    salutation,
    firstName,
    lastName,
    email,
    phone,
    company,
    jobTitle,
    city,
    country,
    preferredLanguage,
  ] of CONTACTS) {
    const data = {
      salutation,
      firstName,
      lastName,
      email,
      phone,
      company,
      jobTitle,
      city,
      country,
      preferredLanguage,
      source: 'demo',
    };
    await strapi.documents('plugin::gdpr.contact' as never).create({ data: data as never });
  }
  for (const [
    firstName,
    lastName,
    email,
    company,
    leadStatus,
    country,
    preferredLanguage,
    message,
  ] of LEADS) {
    const data = {
      firstName,
      lastName,
      email,
      company,
      leadStatus,
      country,
      preferredLanguage,
      message,
      source: 'demo',
    };
    await strapi.documents('plugin::gdpr.lead' as never).create({ data: data as never });
  }
}
