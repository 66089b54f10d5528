import { report } from './measure.mjs';
import { contact } from './people.mjs';

const ROWS = Number(process.env.BENCH_SEAL_ROWS || 100_000);
const BATCH = 1_000;
const columns = {
  firstName: 'first_name',
  lastName: 'last_name',
  email: 'email',
  phone: 'phone',
  mobile: 'mobile',
  street: 'street',
  postalCode: 'postal_code',
  city: 'city',
  dateOfBirth: 'date_of_birth',
  jobTitle: 'job_title',
  notes: 'notes',
};

/**
 * Takes a table with plaintext into the vault: contacts (eleven sealed attributes, five of them indexed, each a new data
 * subject), and registrations of an event, which belong to nobody here and get a key each.
 */
export default async function seal({ strapi, sealed, db }) {
  await measure(strapi, db, {
    name: 'contacts, each a new data subject',
    uid: sealed,
    table: 'gdpr_contacts',
    row: (number) => {
      const { company, ...person } = contact(number);
      return {
        company,
        ...Object.fromEntries(Object.entries(columns).map(([name, column]) => [column, person[name]])),
      };
    },
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
  const vault = strapi.plugin('gdpr').service('vault').of();
  await fill(strapi, vault, uid, table, row);
  const before = process.memoryUsage().rss;
  let peak = before;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { state, done } = await runs.complete('seal', uid, () => {
    peak = Math.max(peak, process.memoryUsage().rss);
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
    rss_mb: peak / 1e6,
    rss_grown_mb: (peak - before) / 1e6,
  });
}

const cpuSeconds = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

/** As a table is before its type was annotated: plaintext, no guard. The first rows of other benchmarks are removed. */
async function fill(strapi, vault, uid, table, row) {
  const knex = strapi.db.connection;
  await strapi.db.query(uid).deleteMany({});
  const type = vault.types.get(uid);
  await vault.states.announce(type, 'clear');
  await vault.liftGuard(type);
  for (let number = 0; number < ROWS; number += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, ROWS - number) }, (_, at) => ({
      document_id: `bench${table}${number + at}`,
      published_at: new Date(),
      ...row(number + at),
    }));
    await knex.batchInsert(table, rows, 200);
  }
  await vault.states.announce(type, 'sealing');
  await vault.installGuard(type);
}
