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
const LAST = [
  'Schneider',
  'Martin',
  'García',
  'Weber',
  'Dubois',
  'Hoffmann',
  'López',
  'Fischer',
  'Moreau',
  'Klein',
  'Ruiz',
];

/** A made-up contact with all protected attributes, different for each number. */
export function contact(number) {
  return {
    salutation: 'Dr.',
    firstName: FIRST[number % FIRST.length],
    lastName: LAST[number % LAST.length],
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
