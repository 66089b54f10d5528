import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import { report } from './measure.mjs';

const FILL = 1_000;
/** As long as the id of a local key, so that both ways write the same bytes. */
const LABEL = 'plain:0123456789abcdef';

/**
 * Rewraps many data keys under a new key-encryption key, against the same batches of the same update without
 * cryptography. The two take turns batch by batch, so that whatever else the machine does falls on both alike. Then the
 * whole rotation, as `strapi-gdpr keys rotate` runs it.
 */
export default async function rotate({ strapi, db }) {
  const rows = Number((process.env.BENCH_ROWS ?? '1000000').split(',').at(-1));
  const { of, rewrapBatch, rewrapping } = strapi.plugin('gdpr').service('vault');
  const { ring, keyStore } = of();
  const [current, previous] = ring.keyIds;
  await fill(strapi, ring, previous, rows);

  const ways = {
    rewrap: { target: current, work: rewrapping(ring, current), ms: 0, keys: 0 },
    plain: { target: LABEL, work: async (stored) => stored.map(({ wrapped }) => wrapped), ms: 0, keys: 0 },
  };
  const rss = process.memoryUsage().rss;
  let after = null;
  for (let batch = 0; batch === 0 || after !== null; batch += 1) {
    const way = batch % 2 === 0 ? ways.rewrap : ways.plain;
    const start = performance.now();
    const { done, last } = await rewrapBatch(keyStore, way.target, after, way.work);
    // The first of each is warm-up.
    if (batch >= 2) {
      way.ms += performance.now() - start;
      way.keys += done;
    }
    after = last;
  }
  const perSecond = ({ keys, ms }) => keys / (ms / 1_000);
  report({
    bench: 'rotate',
    case: 'rewrap against the same update without cryptography',
    db,
    rows,
    per_second: perSecond(ways.rewrap),
    plain_per_second: perSecond(ways.plain),
    ratio: perSecond(ways.rewrap) / perSecond(ways.plain),
    rss_mb: process.memoryUsage().rss / 1_048_576,
    rss_grown_mb: (process.memoryUsage().rss - rss) / 1_048_576,
  });

  await strapi.db.connection('gdpr_data_keys').delete();
  await fill(strapi, ring, previous, rows);
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const status = await strapi.plugin('gdpr').service('runs').of().complete('rewrap-keys', current);
  const seconds = (performance.now() - start) / 1_000;
  const left = await keyStore.countWrappedElsewhere(current);
  if (status.state !== 'finished' || left > 0)
    throw new Error(`The rotation left ${left} keys: ${status.error}`);
  report({
    bench: 'rotate',
    case: 'whole rotation, with the wait for other nodes',
    db,
    rows,
    per_second: rows / seconds,
    seconds,
    rss_mb: process.memoryUsage().rss / 1_048_576,
    rss_grown_mb: (process.memoryUsage().rss - before) / 1_048_576,
  });
}

async function fill(strapi, ring, kekId, rows) {
  for (let done = 0; done < rows; done += FILL) {
    const ids = Array.from({ length: Math.min(FILL, rows - done) }, () => randomBytes(32));
    const secrets = ids.map((id) => ({ secret: randomBytes(32), context: `data key ${id.toString('hex')}` }));
    const wrapped = await ring.wrapMany(secrets, kekId);
    await strapi.db.connection.batchInsert(
      'gdpr_data_keys',
      ids.map((id, at) => ({
        id,
        subject: null,
        kek_id: kekId,
        wrapped: Buffer.from(wrapped[at]),
        created_at: 1,
      })),
      500,
    );
  }
}
