import { compare, report } from './measure.mjs';
import { fill } from './people.mjs';

/** Lists 100 contacts, as the content manager and REST do, and reads one with all attributes. */
export default async function list({ strapi, sealed, plain, db }) {
  const rows = 1_000;
  await fill(strapi, sealed, rows);
  await fill(strapi, plain, rows);
  const page = { limit: 100, start: 200 };
  const warm = await compare({
    plain: () => strapi.documents(plain).findMany(page),
    sealed: () => strapi.documents(sealed).findMany(page),
  });
  report({
    bench: 'list',
    case: '100 by document service',
    db,
    rows,
    median_ms: warm.sealed,
    plain_ms: warm.plain,
    ratio: warm.sealed / warm.plain,
  });

  const vault = strapi.plugin('gdpr').service('vault').of();
  const cold = await compare({
    plain: () => strapi.documents(plain).findMany(page),
    sealed: () => {
      vault.keys.forget();
      return strapi.documents(sealed).findMany(page);
    },
  });
  report({
    bench: 'list',
    case: '100, cold key cache',
    db,
    rows,
    median_ms: cold.sealed,
    plain_ms: cold.plain,
    ratio: cold.sealed / cold.plain,
  });
}
