import type { Core } from '@strapi/types';

import { readSettings } from './settings';

const withConfig = (config: unknown): Core.Strapi =>
  ({ config: { get: () => config } }) as unknown as Core.Strapi;

test('nothing configured means defaults, and an empty text is nothing', () => {
  const settings = readSettings(withConfig({ masterKey: '', jobs: { redisUrl: ' ' } }));
  expect(settings.masterKey).toBeUndefined();
  expect(settings.jobs).toMatchObject({ driver: 'database', redisUrl: undefined });
  expect(settings.consent.optInExpiry).toBe(48 * 3_600_000);
});

test.each([
  [{ keyCache: { ttl: 61_000 } }, 'gdpr.config.keyCache.ttl'],
  [{ suite: 3 }, 'gdpr.config.suite'],
  [{ jobs: { driver: 'bullmq' } }, 'gdpr.config.jobs.driver: only "database" is available in this version'],
  [{ consent: { optInExpiry: -1 }, rateLimit: { perIp: 0 } }, 'gdpr.config.rateLimit.perIp'],
])('%j is refused by a message that names the setting', (config, message) => {
  expect(() => readSettings(withConfig(config))).toThrow(message);
});
