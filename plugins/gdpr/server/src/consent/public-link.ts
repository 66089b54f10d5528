import type { Core } from '@strapi/types';

import { readSettings } from '../platform/settings';

/** The address of a public route of this plugin, as people outside reach it. */
export function publicLink(strapi: Core.Strapi, path: string): string {
  const configured =
    readSettings(strapi).publicUrl ?? strapi.config.get<string | undefined>('server.absoluteUrl');
  const base = (configured ?? '').replace(/\/+$/, '');
  const prefix = strapi.config.get<string>('api.rest.prefix', '/api');
  return `${base}${prefix}/gdpr${path}`;
}
