import type { TestStrapi } from './strapi';

interface Status {
  readonly state: 'running' | 'finished' | 'failed';
  readonly done: number;
}

interface Runs {
  start(kind: string, target: string): Promise<Status>;
  advance(kind: string, target: string, options: { until: () => boolean }): Promise<Status>;
  complete(kind: string, target: string): Promise<Status>;
}

/** The long work of a booted Strapi. */
export function runs(app: TestStrapi): Runs {
  const service = app.strapi.plugin('gdpr').service('runs') as unknown as { of(): Runs };
  return service.of();
}

/** Answers of two types to one filter: the numbers of the records, or what was refused. */
export async function answers(app: TestStrapi, uid: string, params: object): Promise<unknown> {
  const query = app.strapi.db.query(uid) as any;
  try {
    const rows = await query.findMany({ ...params, select: ['number'], orderBy: 'id' });
    const count = await query.count(params);
    return { numbers: rows.map(({ number }: { number: number }) => number), count };
  } catch (error) {
    return { refused: (error as any).details?.code ?? (error as Error).message };
  }
}

/** Background work only when a test asks for it by `drain`: a table stays half sealed, and a command works by itself. */
export function withoutBackgroundWork(strapi: unknown): void {
  const target = strapi as {
    config: { set(path: string, value: unknown): void };
    runPluginsLifecycles(lifecycle: string): Promise<void>;
  };
  const run = target.runPluginsLifecycles.bind(strapi);
  target.runPluginsLifecycles = (lifecycle) => {
    if (lifecycle === 'register') target.config.set('plugin::gdpr.jobs', { pollInterval: 2_000_000_000 });
    return run(lifecycle);
  };
}
