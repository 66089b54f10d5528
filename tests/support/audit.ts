import { unpackIds } from '../../plugins/gdpr/server/src/audit/entry/record-ids';

import type { TestStrapi } from './strapi';

/** An entry of the log, with the ids of its records unpacked and its attributes by name. */
export interface TestEntry {
  readonly index: number;
  readonly action: string;
  readonly actor: string;
  readonly source: string;
  readonly [key: string]: any;
}

/** The audit trail of a booted Strapi. */
export function auditOf(app: TestStrapi): any {
  return app.strapi.plugin('gdpr').service<any>('audit').of();
}

/** How many entries there are; everything that waited is sealed first. */
export async function logSize(app: TestStrapi): Promise<number> {
  const audit = auditOf(app);
  await audit.sealer.complete();
  return audit.store.size();
}

/** The entries from `begin` on. */
export async function entriesSince(app: TestStrapi, begin: number): Promise<TestEntry[]> {
  const audit = auditOf(app);
  const rows = await audit.store.entries(begin, await logSize(app));
  return Promise.all(
    rows.map(async ({ index, data }: { index: number; data: string }) => {
      const entry = JSON.parse(data);
      const records = await Promise.all(
        (entry.records ?? []).map(async (set: any) => ({
          ...set,
          ids: unpackIds(set.ids),
          attributes: set.attributes === undefined ? [] : await audit.schemas.names(set.attributes),
        })),
      );
      return { ...entry, index, records };
    }),
  );
}

/** What `work` leaves in the log. */
export async function recorded(app: TestStrapi, work: () => Promise<unknown>): Promise<TestEntry[]> {
  const begin = await logSize(app);
  await work();
  return entriesSince(app, begin);
}
