import type { Core } from '@strapi/types';

import type { ProtectedType, ProtectedTypes } from './protected-types';
import { isPlainObject } from './query-rewriter';

/** An ability of the admin panel, as far as this module asks it. */
interface Ability {
  can(action: string, subject: string, field: string): boolean;
}

interface PermissionsManager {
  readonly ability: Ability;
  readonly model: string;
  sanitizeOutput: (data: unknown, options?: unknown) => Promise<unknown>;
  sanitizeQuery: (query: Readonly<Record<string, unknown>>, options?: unknown) => Promise<unknown>;
}

interface PermissionService {
  createPermissionsManager(options: object): PermissionsManager;
}

interface Services {
  extend(uid: string, extend: (service: PermissionService) => PermissionService): unknown;
}

const READ = 'plugin::content-manager.explorer.read';

/**
 * In the content manager a role may read some attributes of a type and not others. Strapi asks for that on the type
 * that is opened, and not on the types that its relations lead to: who may read the relation gets the whole related
 * record, and may filter and sort by it. Protected attributes are asked for wherever they stand.
 */
export function enforceFieldPermissions(strapi: Core.Strapi, types: () => ProtectedTypes): void {
  const services: Services = strapi.get('services');
  services.extend('admin::permission', (service) => ({
    ...service,
    createPermissionsManager: (options) => {
      const manager = service.createPermissionsManager(options);
      const { ability, model, sanitizeOutput, sanitizeQuery } = manager;
      const rule = new FieldRule(types(), ability);
      // In place, because the manager's own methods call each other.
      return Object.assign(manager, {
        sanitizeOutput: async (data: unknown, given?: unknown) =>
          rule.output(model, await sanitizeOutput(data, given)),
        sanitizeQuery: (query: Readonly<Record<string, unknown>>, given?: unknown) =>
          sanitizeQuery(rule.query(model, query), given),
      });
    },
  }));
}

/** The protected attributes that a search by words must pass over, for the request under way in the admin panel. */
export function unsearchableForCaller(strapi: Core.Strapi, type: ProtectedType): ReadonlySet<string> {
  const ability = strapi.requestContext.get()?.state['userAbility'] as Ability | undefined;
  if (ability === undefined) return new Set();
  return new Set(type.names.filter((name) => !ability.can(READ, type.uid, name)));
}

class FieldRule {
  constructor(
    private readonly types: ProtectedTypes,
    private readonly ability: Ability,
  ) {}

  /** What the type itself shows Strapi has sifted already; this goes on along the relations. */
  output(uid: string, data: unknown, isRoot = true): unknown {
    if (!this.types.reaches(uid)) return data;
    if (Array.isArray(data)) return data.map((item) => this.output(uid, item, isRoot));
    if (!isPlainObject(data)) return data;
    return Object.fromEntries(
      Object.entries(data).flatMap(([name, value]) => {
        if (!isRoot && this.isForbidden(uid, name)) return [];
        const target = this.types.relationsOf(uid).get(name);
        const related = target ?? typeNamedIn(value);
        return [
          [name, target === undefined || related === undefined ? value : this.output(related, value, false)],
        ];
      }),
    );
  }

  query(uid: string, query: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    if (!this.types.reaches(uid)) return query;
    const { filters, sort } = query;
    return {
      ...query,
      ...(filters === undefined ? {} : { filters: this.sift(uid, filters) }),
      ...(sort === undefined ? {} : { sort: this.sortable(uid, sort) }),
    };
  }

  private sift(uid: string, part: unknown): unknown {
    if (Array.isArray(part)) return part.map((item) => this.sift(uid, item));
    if (!isPlainObject(part)) return part;
    return Object.fromEntries(
      Object.entries(part).flatMap(([key, value]) => {
        if (key.startsWith('$')) return [[key, this.sift(uid, value)]];
        if (this.isForbidden(uid, key)) return [];
        const target = this.types.relationsOf(uid).get(key);
        return [[key, typeof target === 'string' ? this.sift(target, value) : value]];
      }),
    );
  }

  /** `a.b:asc,c`, a list of such, or an object as deep as the relations. */
  private sortable(uid: string, sort: unknown): unknown {
    if (Array.isArray(sort)) return sort.map((item) => this.sortable(uid, item));
    if (typeof sort !== 'string') return this.sift(uid, sort);
    return sort
      .split(',')
      .filter((part) => !this.leadsToForbidden(uid, part.split(':')[0]?.trim().split('.') ?? []))
      .join(',');
  }

  private leadsToForbidden(uid: string, [name = '', ...rest]: readonly string[]): boolean {
    if (this.isForbidden(uid, name)) return true;
    const target = this.types.relationsOf(uid).get(name);
    return typeof target === 'string' && rest.length > 0 && this.leadsToForbidden(target, rest);
  }

  /** Components have no permissions of their own: theirs are those of the record that they stand in. */
  private isForbidden(uid: string, name: string): boolean {
    const type = this.types.get(uid);
    if (type === undefined || type.isComponent || !type.attributes.has(name)) return false;
    return !this.ability.can(READ, uid, name);
  }
}

function typeNamedIn(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const uid = isPlainObject(first) ? (first['__type'] ?? first['__component']) : undefined;
  return typeof uid === 'string' ? uid : undefined;
}
