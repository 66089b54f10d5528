import { liveMegabytes, report } from './measure.mjs';
import { contact, contactColumns, insertPlain } from './people.mjs';

const ROWS = Number(process.env.BENCH_SEAL_ROWS || 100_000);

/**
 * Takes a table with plaintext into the vault: contacts (eleven sealed attributes, five of them indexed, each a new data
 * subject), and registrations of an event, which belong to nobody here and get a key each.
 */
export default async function seal({ strapi, sealed, db }) {
  await measure(strapi, db, {
    name: 'contacts, each a new data subject',
    uid: sealed,
    table: 'gdpr_contacts',
    row: contactColumns,
  });
  await measure(strapi, db, {
    name: 'registrations without a data subject',
    uid: 'api::registration.registration',
    table: 'registrations',
    row: (number) => ({
      event: `Fair ${number % 50}`,
      seats: 1,
      name: `${contact(number).firstName} ${contact(number).lastName}`,
      dietary_needs: '{"allergies":["nuts"]}',
      newcomer: true,
    }),
  });
}

async function measure(strapi, db, { name, uid, table, row }) {
  const runs = strapi.plugin('gdpr').service('runs').of();
  await strapi.db.query(uid).deleteMany({});
  await insertPlain(strapi, uid, table, { from: 0, to: ROWS, row });
  let peak = 0;
  // What is still in use after each fifth of the rows. Not the first: the memory of keys is filling up then.
  const live = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { state, done } = await runs.complete('seal', uid, (status) => {
    peak = Math.max(peak, process.memoryUsage().rss / 1e6);
    if (status.done < ((live.length + 2) * ROWS) / 5) return;
    live.push(liveMegabytes());
  });
  const seconds = (performance.now() - start) / 1_000;
  if (state !== 'finished') throw new Error(`Sealing ${uid} ended as ${state}.`);
  report({
    bench: 'seal',
    case: name,
    db,
    rows: done,
    per_second: done / seconds,
    // What does not depend on who else uses the machine.
    per_cpu_second: done / cpuSeconds(cpu),
    rss_mb: peak,
    live_mb_by_fifth: live.map(Math.round),
  });
}

const cpuSeconds = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
