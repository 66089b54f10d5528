import { compare, report } from './measure.mjs';
import { fill } from './people.mjs';

/** Finds one contact by e-mail address among few and among many, against an indexed plain column. */
export default async function filter({ strapi, sealed, plain, db }) {
  const sizes = (process.env.BENCH_ROWS ?? '1000,100000').split(',').map(Number);
  let first = null;
  for (const rows of sizes) {
    await fill(strapi, sealed, rows);
    await fill(strapi, plain, rows);
    let turn = 0;
    const find = (uid) => () => {
      turn += 7_919;
      return strapi.documents(uid).findMany({ filters: { email: `person${turn % rows}@example.org` } });
    };
    const times = await compare({ plain: find(plain), sealed: find(sealed) }, { rounds: 301, warmUp: 50 });
    first ??= times.sealed;
    report({
      bench: 'filter',
      case: 'by e-mail',
      db,
      rows,
      median_ms: times.sealed,
      plain_ms: times.plain,
      ratio: times.sealed / times.plain,
      ratio_to_smallest: times.sealed / first,
      rss_mb: process.memoryUsage().rss / 1_048_576,
    });
  }
}
