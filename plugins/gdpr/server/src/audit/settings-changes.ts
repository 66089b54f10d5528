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
  const now = flattened(strapi.config.get('plugin::gdpr') ?? {}, await audit.keys.fingerprints());
  if (before !== null) {
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    const changed = [...names].filter((name) => before[name] !== now[name]).sort();
    if (changed.length === 0) return;
    await audit.reportSettingsChange(changed);
  }
  await store.set({ value: now });
}

function flattened(
  value: unknown,
  fingerprint: (text: string) => string,
  path: readonly string[] = [],
): Record<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.assign(
      {},
      ...Object.entries(value).map(([key, inner]) => flattened(inner, fingerprint, [...path, key])),
    ) as Record<string, string>;
  }
  if (value === undefined || value === '') return {};
  const [first = ''] = path;
  return {
    [path.join('.')]: SECRETS.has(first) ? '(set)' : withoutAddresses(JSON.stringify(value), fingerprint),
  };
}

/** Whose mail address it is, a table has no need to know; that it is another one than before, is all that counts. */
function withoutAddresses(value: string, fingerprint: (text: string) => string): string {
  return value.replace(/[^"\s,<>]+@[^"\s,<>]+/g, (address) => `#${fingerprint(address)}`);
}
