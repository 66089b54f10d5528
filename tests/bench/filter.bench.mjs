import { compare, report } from './measure.mjs';
import { fill, sizes } from './people.mjs';

const PEOPLE = 40;

/** Finds one contact by e-mail address among few and among many, against an indexed plain column. */
export default async function filter({ strapi, sealed, plain, db }) {
  const vault = strapi.plugin('gdpr').service('vault').of();
  const first = {};
  for (const rows of sizes('10000,1000000')) {
    await fill(strapi, sealed, rows);
    await fill(strapi, plain, rows);
    for (const { name, prepare } of [
      { name: 'by e-mail', prepare: () => undefined },
      { name: 'by e-mail, key not in memory', prepare: () => vault.keys.forget() },
    ]) {
      let turn = 0;
      // The same forty people, spread over the table, so that every size is asked with the same memory of keys.
      const email = () => `person${Math.floor(((turn += 1) % PEOPLE) * (rows / PEOPLE))}@example.org`;
      const find = (uid) => () => strapi.documents(uid).findMany({ filters: { email: email() } });
      const findSealed = find(sealed);
      const times = await compare(
        {
          plain: find(plain),
          sealed: () => {
            prepare();
            return findSealed();
          },
        },
        { rounds: 401, warmUp: 100 },
      );
      first[name] ??= times.sealed;
      report({
        bench: 'filter',
        case: name,
        db,
        rows,
        median_ms: times.sealed,
        plain_ms: times.plain,
        ratio: times.sealed / times.plain,
        ratio_to_smallest: times.sealed / first[name],
        rss_mb: process.memoryUsage().rss / 1_048_576,
      });
    }
  }
}
