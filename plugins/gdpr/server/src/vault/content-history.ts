import { createHash } from 'node:crypto';

import type { Core, UID } from '@strapi/types';

import type { PersonalDataFilter } from './personal-data-filter';
import type { Annotations } from './protected-types';
import { isPlainObject } from './query-rewriter';

/** The model in which Strapi's content history keeps a version of a document: no content type, and so not annotated. */
export const HISTORY_VERSION = 'plugin::content-manager.history-version';
const BARED_FOR = { type: 'plugin', name: 'gdpr', key: 'history-bared-for' };
const CHUNK = 200;

interface Version {
  readonly id: number;
  readonly contentType: string;
  data: unknown;
  schema: unknown;
}

type Run = (
  action: string,
  uid: string,
  properties: { params: { data?: unknown }; result?: unknown },
  states?: Map<unknown, unknown>,
) => Promise<unknown>;

/**
 * Content history keeps no personal data (docs/decisions/0020-history-without-personal-data.md). A version is bared
 * before it is stored. When one is read, the attributes that it lacks for this reason are put into the schema that it
 * remembers: what Strapi finds missing there it takes for added since, and a restore would set it to NULL.
 */
export function withholdPersonalDataFromHistory(strapi: Core.Strapi, filter: PersonalDataFilter): void {
  const { lifecycles } = strapi.db as unknown as { lifecycles: { run: Run } };
  const run = lifecycles.run.bind(lifecycles);
  lifecycles.run = async (action, uid, properties, states) => {
    const outcome = await run(action, uid, properties, states);
    if (uid !== HISTORY_VERSION) return outcome;
    const { params, result } = properties;
    if (action === 'beforeCreate') params.data = bared(filter, params.data);
    if (action === 'beforeCreateMany' && Array.isArray(params.data))
      params.data = params.data.map((datum: unknown) => bared(filter, datum));
    if (action === 'afterFindOne' || action === 'afterFindMany') {
      for (const version of Array.isArray(result) ? (result as unknown[]) : [result])
        if (isVersion(version)) keepOnRestore(strapi, filter, version);
    }
    return outcome;
  };
}

/** Versions from before a type was annotated hold its values in clear. Done once for each state of the annotations. */
export async function bareOldVersions(
  strapi: Core.Strapi,
  filter: PersonalDataFilter,
  annotations: Annotations,
): Promise<void> {
  const state = [...annotations.keys()].sort().map((uid) => [uid, [...filter.withheldOf(uid)].sort()]);
  const hash = createHash('sha256').update(JSON.stringify(state)).digest('hex');
  const store = strapi.store(BARED_FOR);
  if ((await store.get({})) === hash) return;
  const versions = strapi.db.query(HISTORY_VERSION);
  let after = 0;
  for (;;) {
    const part = (await versions.findMany({
      select: ['id', 'contentType', 'data'],
      where: { id: { $gt: after } },
      orderBy: { id: 'asc' },
      limit: CHUNK,
    })) as Version[];
    for (const { id, contentType, data } of part) {
      after = id;
      const without = filter.without(contentType, data);
      if (JSON.stringify(without) !== JSON.stringify(data))
        await versions.update({ where: { id }, data: { data: without } });
    }
    if (part.length < CHUNK) break;
  }
  await store.set({ value: hash });
}

function bared(filter: PersonalDataFilter, datum: unknown): unknown {
  if (!isPlainObject(datum) || typeof datum['contentType'] !== 'string') return datum;
  return { ...datum, data: filter.without(datum['contentType'], datum['data']) };
}

function isVersion(value: unknown): value is Version {
  return isPlainObject(value) && typeof value['contentType'] === 'string' && isPlainObject(value['schema']);
}

function keepOnRestore(strapi: Core.Strapi, filter: PersonalDataFilter, version: Version): void {
  const attributes = strapi.contentTypes[version.contentType as UID.ContentType]?.attributes ?? {};
  const withheld = Object.entries(attributes).filter(([name]) =>
    filter.withheldOf(version.contentType).has(name),
  );
  version.schema = { ...Object.fromEntries(withheld), ...(version.schema as object) };
}
