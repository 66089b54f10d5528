import type { Core } from '@strapi/types';

import { callerOf, isRevealing, ownRecord } from './caller';
import { maskOf } from './mask';
import type { Masking } from './masking';

type Resolve = (parent: unknown, args: unknown, context: unknown, info: unknown) => unknown;
type Middleware = (next: Resolve, parent: unknown, args: unknown, context: unknown, info: unknown) => unknown;

interface Extension {
  use(configuration: () => { resolversConfig: Record<string, { middlewares: Middleware[] }> }): unknown;
}
interface Naming {
  getTypeName(schema: unknown): string;
  getComponentName(schema: unknown): string;
}

/**
 * GraphQL sanitizes queries and input like REST, but hands out what was read as it is: each field of personal data gets
 * a middleware that masks its value, whatever way led to it.
 */
export function maskGraphql(strapi: Core.Strapi, masking: () => Masking): void {
  const plugin = strapi.plugin('graphql') as unknown as
    { service(name: 'extension'): Extension; service(name: 'utils'): { naming: Naming } } | undefined;
  if (plugin === undefined) return;
  // The schema is built at bootstrap, when what is personal is known.
  plugin.service('extension').use(() => {
    const { naming } = plugin.service('utils');
    const resolversConfig: Record<string, { middlewares: Middleware[] }> = {};
    for (const [uid, attributes] of masking().map.personal()) {
      const schema = masking().schema(uid);
      const isComponent = schema !== undefined && 'modelType' in schema && schema.modelType === 'component';
      const type = isComponent ? naming.getComponentName(schema) : naming.getTypeName(schema);
      for (const [name, attribute] of attributes) {
        const mask: Middleware = async (next, parent, args, context, info) => {
          const value = await next(parent, args, context, info);
          const caller = await callerOf(strapi);
          if (caller === null || caller.seesPersonalData || isRevealing()) return value;
          const isOwn = typeof parent === 'object' && parent !== null && ownRecord(caller)(uid, parent);
          return isOwn ? value : maskOf(attribute, value);
        };
        resolversConfig[`${type}.${name}`] = { middlewares: [mask] };
      }
    }
    return { resolversConfig };
  });
}
