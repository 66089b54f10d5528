import { compare, report } from './measure.mjs';
import { fill, sizes, surname } from './people.mjs';

const PAGE = 10;

/**
 * The searches people make among few and among many: a name by its beginning against one row by its primary key, and
 * the search box against Strapi's own, which looks through every row of every column.
 */
export default async function search({ strapi, sealed, plain, db }) {
  const query = strapi.db.query(sealed);
  const first = {};
  for (const rows of sizes('10000,1000000')) {
    await fill(strapi, sealed, rows);
    await fill(strapi, plain, rows);
    const [{ id: lowest }] = await query.findMany({ select: ['id'], orderBy: 'id', limit: 1 });
    let turn = 0;
    // Forty people, spread over the table.
    const number = () => Math.floor(((turn += 1) % 40) * (rows / 40));
    const beginning = () => surname(number()).slice(0, 7);
    const box = (uid, text) => () => strapi.db.query(uid).findPage({ _q: text(), pageSize: PAGE, page: 1 });
    const address = () => `person${number()}@example.org`;

    const prefix = await compare(
      {
        key: () => query.findOne({ where: { id: lowest + number() } }),
        search: () =>
          strapi
            .documents(sealed)
            .findMany({ filters: { lastName: { $startsWith: beginning() } }, limit: PAGE }),
      },
      { rounds: 81, warmUp: 20 },
    );
    first.prefix ??= prefix.search;
    report({
      bench: 'search',
      case: 'prefix of a surname, against a primary key',
      db,
      rows,
      median_ms: prefix.search,
      primary_key_ms: prefix.key,
      ratio: prefix.search / prefix.key,
      ratio_to_smallest: prefix.search / first.prefix,
      rss_mb: process.memoryUsage().rss / 1_048_576,
    });

    for (const [name, text] of [
      ['search box, one word', beginning],
      ['search box, address', address],
    ]) {
      const times = await compare(
        { plain: box(plain, text), sealed: box(sealed, text) },
        { rounds: 11, warmUp: 2 },
      );
      report({
        bench: 'search',
        case: name,
        db,
        rows,
        median_ms: times.sealed,
        plain_ms: times.plain,
        ratio: times.sealed / times.plain,
      });
    }
  }
}
