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

/** Brings a type to `count` rows by createMany, in batches. */
export async function fill(strapi, uid, count) {
  let present = await strapi.db.query(uid).count();
  while (present < count) {
    const size = Math.min(1_000, count - present);
    const data = Array.from({ length: size }, (_, at) => ({
      ...contact(present + at),
      publishedAt: new Date(),
    }));
    await strapi.db.query(uid).createMany({ data });
    present += size;
  }
}
