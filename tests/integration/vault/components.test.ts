import { dumpDatabase } from '../../support/dump';
import { addDossiers, DOSSIER } from '../../support/dossier';
import { pluginService, startStrapi, type TestStrapi } from '../../support/strapi';

let app: TestStrapi;

beforeAll(async () => {
  app = await startStrapi({ prepare: addDossiers });
});
afterAll(async () => {
  await app.stop();
});

const documents = () => app.strapi.documents(DOSSIER as never) as any;
const populate = {
  address: true,
  addresses: true,
  profile: { populate: { home: true, former: true } },
  zone: { on: { 'test.address': true, 'test.profile': { populate: ['home', 'former'] } } },
};
const place = (street: string, city = 'Köln') => ({ street, city, built: 1900, country: 'DE' });
const dossier = {
  email: 'ada@marker.example',
  name: 'Ada Markerlove',
  address: place('Singlestreet 1'),
  addresses: [place('Liststreet 1'), place('Liststreet 2')],
  profile: { title: 'Plain title', home: place('Homestreet 1'), former: [place('Oldstreet 1')] },
  zone: [
    { __component: 'test.address', ...place('Zonestreet 1') },
    { __component: 'test.profile', title: 'In a zone', home: place('Deepstreet 1'), former: [] },
  ],
};
const MARKERS = ['marker.example', 'Markerlove', 'street 1', 'street 2'];

/** The same without what only the database knows. */
const bare = (value: any): any =>
  Array.isArray(value)
    ? value.map(bare)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value).flatMap(([key, inner]) => (key === 'id' ? [] : [[key, bare(inner)]])),
        )
      : value;

async function subjectsOfAddresses(): Promise<string[]> {
  const { keys } = pluginService(app, 'vault').of();
  const rows = await app.knex('components_test_address').select('sealed');
  const subjects = new Set<string>();
  for (const { sealed } of rows) {
    const name = Buffer.from(sealed, 'base64').toString('latin1', 2, 34);
    const key = (await keys.load([name])).get(name);
    subjects.add(key.owner);
  }
  return [...subjects];
}
const subjectOf = async (email: string): Promise<string> =>
  (await pluginService(app, 'people').findDataSubject(email)).documentId;

test('components are sealed at every depth, read back as they were, and belong to whom their record belongs to', async () => {
  const { documentId } = await documents().create({ data: dossier });
  const read = await documents().findOne({ documentId, populate });
  expect(bare(read)).toMatchObject(dossier);
  expect(JSON.stringify(read)).not.toMatch(/sealed/i);
  const dump = await dumpDatabase(app);
  for (const marker of MARKERS) expect(dump).not.toContain(marker);
  expect(dump).toContain('Plain title');
  expect(await subjectsOfAddresses()).toEqual([await subjectOf(dossier.email)]);
});

test('publishing, changing and discarding keep them readable and each bound to its own place', async () => {
  const { documentId } = await documents().create({ data: dossier });
  await documents().publish({ documentId });
  const draft = await documents().findOne({ documentId, populate });
  await documents().update({
    documentId,
    data: {
      address: { id: draft.address.id, street: 'Newstreet 1' },
      addresses: [{ id: draft.addresses[1].id }, place('Liststreet 3')],
    },
  });
  const changed = bare(await documents().findOne({ documentId, populate }));
  expect(changed.address).toMatchObject({ street: 'Newstreet 1', city: 'Köln', built: 1900 });
  expect(changed.addresses).toMatchObject([place('Liststreet 2'), place('Liststreet 3')]);
  const published = bare(await documents().findOne({ documentId, status: 'published', populate }));
  expect(published).toMatchObject(dossier);
  await documents().discardDraft({ documentId });
  expect(bare(await documents().findOne({ documentId, populate }))).toMatchObject(dossier);

  const places = (await app.knex('components_test_address').select('sealed_place')).map(
    (row) => row.sealed_place,
  );
  expect(new Set(places).size).toBe(places.length);
});

test('a component that is copied into another row’s place does not open', async () => {
  const { documentId } = await documents().create({ data: dossier });
  const { address, addresses } = await documents().findOne({ documentId, populate });
  const { sealed } = await app.knex('components_test_address').where({ id: addresses[0].id }).first();
  await app.knex('components_test_address').where({ id: address.id }).update({ sealed });
  const read = await documents().findOne({ documentId, populate });
  expect(read.address).toMatchObject({ street: null, city: null, country: 'DE' });
});

test('a new address in the record that has no one yet keeps them together; another person’s takes them along', async () => {
  await documents().create({ data: { ...dossier, email: 'else@marker.example' } });
  const { documentId } = await documents().create({ data: dossier });
  await documents().update({ documentId, data: { email: 'else@marker.example' } });
  expect(bare(await documents().findOne({ documentId, populate }))).toMatchObject({
    ...dossier,
    email: 'else@marker.example',
  });
  const { keys } = pluginService(app, 'vault').of();
  await keys.destroyOf(await subjectOf('else@marker.example'));
  const read = await documents().findOne({ documentId, populate });
  expect([read.name, read.address.street, read.profile.home.street, read.zone[0].street]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('filters find records by what stands in their components', async () => {
  for (const { documentId } of await documents().findMany()) await documents().delete({ documentId });
  const one = await documents().create({ data: dossier });
  await documents().create({
    data: { ...dossier, email: 'b@marker.example', address: place('Elsewhere 9', 'Bonn') },
  });
  const found = async (filters: object): Promise<string[]> =>
    (await documents().findMany({ filters })).map(({ documentId }: any) => documentId);
  expect(await found({ address: { street: 'Singlestreet 1' } })).toEqual([one.documentId]);
  expect(await found({ address: { street: { $contains: 'glestr' } } })).toEqual([one.documentId]);
  expect(await found({ address: { city: { $startsWith: 'Bo' } } })).toHaveLength(1);
  expect(await found({ profile: { home: { street: 'Homestreet 1' } } })).toHaveLength(2);
  expect(await found({ addresses: { built: 1900 } })).toHaveLength(2);
});

test('deleting a record leaves nothing of its components, in no table', async () => {
  for (const { documentId } of await documents().findMany()) await documents().delete({ documentId });
  expect(await app.knex('components_test_address').count({ n: '*' }).first()).toMatchObject({
    n: expect.anything(),
  });
  const left = await app.knex('components_test_address').select('id');
  expect(left).toEqual([]);
  expect(await app.knex('gdpr_blind_index').whereIn('scope', addressScopes())).toEqual([]);
});

function addressScopes(): number[] {
  const type = pluginService(app, 'vault').of().types.get('test.address');
  return [...type.attributes.values()].flatMap(({ scopes }: any) => Object.values(scopes));
}
