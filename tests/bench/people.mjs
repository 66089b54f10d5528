const FIRST = [
  'Anna',
  'Jonas',
  'Marie',
  'Lukas',
  'Sophie',
  'Felix',
  'Camille',
  'Diego',
  'Lucía',
  'Thomas',
  'Emma',
  'Mateo',
];
const ONSETS = 'Al Ber Bro Dam Fi Gar Ha Ho Jan Ka Kro La Ma Mo Ne Pa Ro Scha Ste Wa'.split(' ');
const MIDDLES = 'ber de den ge li ma na ri se ven'.split(' ');
const ENDINGS =
  'bach berg dorf feld ger han kamp ler lin mann mas mer ner ning rath rich schen sen ski stein ter ton vic wald witz'.split(
    ' ',
  );

/** One of 50,000 surnames, each as frequent as any other: twenty in a million people share one. */
export function surname(number) {
  const at = (list, divisor) => list[Math.floor(number / divisor) % list.length];
  const { length: onsets } = ONSETS;
  const { length: middles } = MIDDLES;
  return (
    at(ONSETS, 1) +
    at(MIDDLES, onsets) +
    at(MIDDLES, onsets * middles) +
    at(ENDINGS, onsets * middles * middles)
  );
}

/** A made-up contact with all protected attributes, different for each number. */
export function contact(number) {
  return {
    salutation: 'Dr.',
    firstName: FIRST[number % FIRST.length],
    lastName: surname(number),
    email: `person${number}@example.org`,
    phone: `+4930${String(1_000_000 + number)}`,
    mobile: `+49170${String(1_000_000 + number)}`,
    street: `Long Street ${number}`,
    postalCode: String(10_000 + (number % 80_000)),
    city: 'Berlin',
    dateOfBirth: '1980-05-17',
    jobTitle: 'Head of Something',
    notes: 'Met at the fair, asked for a call in spring.',
    company: `Company ${number % 997}`,
    country: 'DE',
  };
}

/** The sizes to measure at: `BENCH_ROWS`, or as given. */
export function sizes(standard) {
  return (process.env.BENCH_ROWS || standard).split(',').map(Number);
}

const COLUMNS = {
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
  salutation: 'salutation',
  company: 'company',
  country: 'country',
};

/** The contact of this number as a row with plain columns. */
export function contactColumns(number) {
  return Object.fromEntries(Object.entries(contact(number)).map(([name, value]) => [COLUMNS[name], value]));
}

/** As a table is before its type was annotated: plaintext, no guard. It waits to be sealed afterwards. */
export async function insertPlain(strapi, uid, table, { from, to, row }) {
  const vault = strapi.plugin('gdpr').service('vault').of();
  const type = vault.types.get(uid);
  await vault.states.announce(type, 'clear');
  await vault.liftGuard(type);
  await insertRows(strapi, table, { from, to, row });
  await vault.states.announce(type, 'sealing');
  await vault.installGuard(type);
}

async function insertRows(strapi, table, { from, to, row }) {
  for (let first = from; first < to; first += 1_000) {
    const rows = Array.from({ length: Math.min(1_000, to - first) }, (_, at) => ({
      document_id: `bench${table}${first + at}`,
      published_at: new Date(),
      ...row(first + at),
    }));
    await strapi.db.connection.batchInsert(table, rows, 200);
  }
}

/** More rows than this are not created one by one: plain rows are inserted below Strapi, protected ones sealed in bulk. */
const MANY = 20_000;

/** Brings a type to `count` rows. */
export async function fill(strapi, uid, count) {
  let present = await strapi.db.query(uid).count();
  const { tableName } = strapi.db.metadata.get(uid);
  const range = { from: present, to: count, row: contactColumns };
  if (count - present > MANY && strapi.plugin('gdpr').service('vault').of().types.get(uid) === undefined) {
    await insertRows(strapi, tableName, range);
    await analyze(strapi, tableName);
    return;
  }
  if (count - present > MANY) {
    await insertPlain(strapi, uid, tableName, range);
    await strapi.plugin('gdpr').service('runs').of().complete('seal', uid);
    return;
  }
  while (present < count) {
    const size = Math.min(1_000, count - present);
    const data = Array.from({ length: size }, (_, at) => ({
      ...contact(present + at),
      publishedAt: new Date(),
    }));
    await strapi.db.query(uid).createMany({ data });
    present += size;
  }
  for (const table of [tableName, 'gdpr_blind_index', 'gdpr_data_keys']) await analyze(strapi, table);
}

/** What a server does by itself within a minute. */
async function analyze(strapi, table) {
  const { client } = strapi.db.dialect;
  if (client !== 'sqlite')
    await strapi.db.connection.raw(client === 'mysql' ? 'ANALYZE TABLE ??' : 'ANALYZE ??', [table]);
}
