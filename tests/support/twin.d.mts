import type { Core } from '@strapi/strapi';

export function addPlainTwin(
  strapi: Core.Strapi,
  twin: { source: string; name: string; indexes?: object[] },
): string;

export function beforeRegister(strapi: Core.Strapi, add: () => void): void;

export function addContentType(strapi: Core.Strapi, name: string, schema: object): void;
