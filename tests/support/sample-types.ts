import { type Core, factories } from '@strapi/strapi';

/** Schemas that a suite adds to the application before it loads, as a developer's `src/api` would. */
export interface AddedTypes {
  readonly contentTypes?: Readonly<Record<string, object>>;
  readonly components?: Readonly<Record<string, object>>;
}

/** Use it in `startStrapi({ prepare })`. Content types get the uid `api::NAME.NAME` and the usual REST routes `/api/NAMEs`. */
export function addTypes(strapi: Core.Strapi, { contentTypes = {}, components = {} }: AddedTypes): void {
  const run = (strapi as any).runPluginsLifecycles.bind(strapi);
  (strapi as any).runPluginsLifecycles = (lifecycle: string) => {
    if (lifecycle === 'register') {
      strapi.get('components').add(components);
      for (const [name, schema] of Object.entries(contentTypes)) {
        const uid = `api::${name}.${name}` as never;
        strapi.get('apis').add(name, {
          contentTypes: { [name]: { schema: { kind: 'collectionType', ...naming(name), ...schema } } },
          controllers: { [name]: factories.createCoreController(uid) },
          services: { [name]: factories.createCoreService(uid) },
          routes: { [name]: factories.createCoreRouter(uid) },
        });
      }
    }
    return run(lifecycle);
  };
}

function naming(name: string): object {
  return {
    collectionName: `${name.replaceAll('-', '_')}s`,
    info: { singularName: name, pluralName: `${name}s`, displayName: name },
  };
}

const personal = (search = 'none') => ({
  gdpr: { personalData: { category: 'pd:Identifying', search } },
});

/** One marker for each attribute type: texts, numbers and dates that occur nowhere else. */
export const MARKED = {
  text: 'Zebediah-string',
  longText: 'Zebediah-text',
  rich: '**Zebediah-richtext**',
  blocks: [{ type: 'paragraph', children: [{ type: 'text', text: 'Zebediah-blocks' }] }],
  address: 'zebediah-email@marker.example',
  choice: 'other',
  whole: 918273645,
  big: '9182736450918273645',
  real: 31415.92653,
  exact: 27182.81828,
  yes: true,
  day: '1987-06-05',
  hour: '04:05:06.789',
  moment: '1986-05-04T03:02:01.987Z',
  anything: { deep: ['Zebediah-json'] },
} as const;

/** What must not show up in anything that leaves: compared as text, without regard to letter case. */
export const MARKERS: readonly string[] = [
  'zebediah',
  '918273645',
  '31415.92653',
  '27182.81828',
  '1987-06-05',
  '04:05:06.789',
  '1986-05-04',
];

const attributes = {
  label: { type: 'string' },
  text: { type: 'string', pluginOptions: personal('substring') },
  longText: { type: 'text', pluginOptions: personal() },
  rich: { type: 'richtext', pluginOptions: personal() },
  blocks: { type: 'blocks', pluginOptions: personal() },
  address: { type: 'email', pluginOptions: personal('exact') },
  choice: { type: 'enumeration', enum: ['one', 'other'], pluginOptions: personal() },
  whole: { type: 'integer', pluginOptions: personal('exact') },
  big: { type: 'biginteger', pluginOptions: personal() },
  real: { type: 'float', pluginOptions: personal() },
  exact: { type: 'decimal', pluginOptions: personal() },
  yes: { type: 'boolean', pluginOptions: personal() },
  day: { type: 'date', pluginOptions: personal('exact') },
  hour: { type: 'time', pluginOptions: personal() },
  moment: { type: 'datetime', pluginOptions: personal() },
  anything: { type: 'json', pluginOptions: personal() },
};

/**
 * A protected type with an attribute of every type and drafts (`sample`), an unprotected one that leads to it directly
 * and through a component (`meeting`).
 */
export const SAMPLE_TYPES: AddedTypes = {
  components: {
    'meeting.seat': {
      modelType: 'component',
      uid: 'meeting.seat',
      category: 'meeting',
      modelName: 'seat',
      globalId: 'ComponentMeetingSeat',
      collectionName: 'components_meeting_seats',
      info: { displayName: 'seat' },
      options: {},
      attributes: {
        number: { type: 'integer' },
        guest: { type: 'relation', relation: 'oneToOne', target: 'api::sample.sample' },
      },
    },
  },
  contentTypes: {
    sample: {
      options: { draftAndPublish: true },
      pluginOptions: { gdpr: { subject: { email: 'address' } } },
      attributes: {
        ...attributes,
        meetings: {
          type: 'relation',
          relation: 'manyToMany',
          target: 'api::meeting.meeting',
          mappedBy: 'samples',
        },
      },
    },
    meeting: {
      options: { draftAndPublish: true },
      attributes: {
        title: { type: 'string' },
        samples: {
          type: 'relation',
          relation: 'manyToMany',
          target: 'api::sample.sample',
          inversedBy: 'meetings',
        },
        contact: { type: 'relation', relation: 'manyToOne', target: 'plugin::gdpr.contact' },
        seats: { type: 'component', component: 'meeting.seat', repeatable: true },
        zone: { type: 'dynamiczone', components: ['meeting.seat'] },
      },
    },
  },
};

export const SAMPLE = 'api::sample.sample';
export const MEETING = 'api::meeting.meeting';

/** @returns the markers that a text holds */
export function markersIn(text: string, markers: readonly string[] = MARKERS): string[] {
  const lower = text.toLowerCase();
  return markers.filter((marker) => lower.includes(marker.toLowerCase()));
}
