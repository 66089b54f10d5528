import type { Core } from '@strapi/strapi';

export const JOURNAL = 'api::journal.journal';
export const USER = 'plugin::users-permissions.user';

const personal = (category: string, more: object = {}): object => ({
  pluginOptions: { gdpr: { personalData: { category, ...more } } },
});

/**
 * Gives a Strapi that has not been loaded yet a type with drafts and languages, a component with personal data and a relation to a
 * contact.
 */
export function addMaskedTypes(strapi: Core.Strapi): void {
  const loading = strapi as unknown as { runPluginsLifecycles(lifecycle: string): Promise<unknown> };
  const run = loading.runPluginsLifecycles.bind(strapi);
  loading.runPluginsLifecycles = async (lifecycle) => {
    if (lifecycle === 'register') register(strapi);
    return run(lifecycle);
  };
}

function register(strapi: Core.Strapi): void {
  strapi.get('components').set('shared.place', {
    uid: 'shared.place',
    modelType: 'component',
    modelName: 'place',
    globalId: 'ComponentSharedPlace',
    category: 'shared',
    collectionName: 'components_shared_places',
    info: { displayName: 'Place' },
    options: {},
    attributes: {
      street: { type: 'string', ...personal('pd:PhysicalAddress', { encrypted: false }) },
      label: { type: 'string' },
    },
  });
  strapi.get('content-types').add('api::journal', {
    journal: {
      schema: {
        kind: 'collectionType',
        collectionName: 'journals',
        info: { singularName: 'journal', pluralName: 'journals', displayName: 'Journal' },
        options: { draftAndPublish: true },
        pluginOptions: { i18n: { localized: true } },
        attributes: {
          title: { type: 'string', pluginOptions: { i18n: { localized: true } } },
          author: { type: 'string', required: true, ...personal('pd:Name', { search: 'prefix' }) },
          born: { type: 'date', ...personal('pd:BirthDate') },
          // Plain in its column, and masked all the same.
          nickname: { type: 'string', ...personal('pd:Name', { encrypted: false }) },
          place: { type: 'component', component: 'shared.place' },
          addresses: { type: 'component', component: 'shared.address', repeatable: true },
          contact: { type: 'relation', relation: 'oneToOne', target: 'plugin::gdpr.contact' },
        },
      },
    },
  });
}
