import type { Core } from '@strapi/types';

import type { Audit } from './audit';

/** Settings whose values are secrets: that they are set is all that is remembered. */
const SECRETS = new Set(['masterKey']);

/**
 * Settings live in files, so they change while nothing runs. At boot they are compared with those of the boot before;
 * the entry names what changed.
 */
export async function recordChangedSettings(strapi: Core.Strapi, audit: Audit): Promise<void> {
  const store = strapi.store({ type: 'plugin', name: 'gdpr', key: 'audit-settings' });
  const before = (await store.get({})) as Record<string, string> | null;
  const now = flattened(strapi.config.get('plugin::gdpr') ?? {});
  if (before !== null) {
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    const changed = [...names].filter((name) => before[name] !== now[name]).sort();
    if (changed.length === 0) return;
    await audit.reportSettingsChange(changed);
  }
  await store.set({ value: now });
}

function flattened(value: unknown, path: readonly string[] = []): Record<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.assign(
      {},
      ...Object.entries(value).map(([key, inner]) => flattened(inner, [...path, key])),
    ) as Record<string, string>;
  }
  if (value === undefined || value === '') return {};
  const [first = ''] = path;
  return { [path.join('.')]: SECRETS.has(first) ? '(set)' : withoutAddresses(JSON.stringify(value)) };
}

/** Whose mail address it is, a table has no need to know: that there is one, and how many, is compared. */
function withoutAddresses(value: string): string {
  return value.replace(/[^"\s,<>]+@[^"\s,<>]+/g, '(address)');
}
