import type { Core } from '@strapi/strapi';

export function addPlainTwin(
  strapi: Core.Strapi,
  twin: { source: string; name: string; indexes?: object[] },
): string;
