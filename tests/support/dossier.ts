import type { Core } from '@strapi/strapi';

import { addContentType, beforeRegister } from './twin.mjs';

/**
 * A content type with everything that Strapi 5 offers, all of it personal, and its plain twin: every attribute type,
 * draft & publish, locales, single, repeatable and nested components, a dynamic zone, relations.
 */
export const DOSSIER = 'api::dossier.dossier';
export const PLAIN_DOSSIER = 'api::plain-dossier.plain-dossier';

type Annotate = (category: string, options?: object) => object;

const personal: Annotate = (category, options = {}) => ({
  gdpr: { personalData: { category, ...options } },
});
const plain: Annotate = () => ({});

/** Registers both before the plugin reads the schemas; for {@link startStrapi}'s `prepare`. */
export function addDossiers(strapi: Core.Strapi): void {
  beforeRegister(strapi, () => {
    register(strapi, '', personal);
    register(strapi, 'plain-', plain);
  });
}

function register(strapi: Core.Strapi, prefix: string, annotate: Annotate): void {
  const name = `${prefix}dossier`;
  const address = `${prefix}test.address`;
  const profile = `${prefix}test.profile`;
  const text = (category: string, search: string) => ({
    type: 'string',
    pluginOptions: annotate(category, { search }),
  });
  const components: { add(all: object): void } = strapi.get('components');
  components.add({
    [address]: component(address, {
      street: text('pd:Street', 'substring'),
      city: text('pd:City', 'prefix'),
      built: { type: 'integer', pluginOptions: annotate('pd:House', { search: 'exact' }) },
      country: { type: 'string' },
    }),
    // Nothing personal of its own, but somebody's address inside.
    [profile]: component(profile, {
      title: { type: 'string' },
      home: { type: 'component', component: address },
      former: { type: 'component', component: address, repeatable: true },
    }),
  });

  const localized = (attribute: { type: string; pluginOptions?: object }) => ({
    ...attribute,
    pluginOptions: { ...attribute.pluginOptions, i18n: { localized: true } },
  });
  const exact = (type: string, more: object = {}) => ({
    type,
    ...more,
    pluginOptions: annotate('pd:PersonalIdentifier', { search: 'exact' }),
  });
  const unsearched = (type: string) => ({ type, pluginOptions: annotate('pd:PersonalDocument') });
  addContentType(strapi, name, {
    collectionName: `${prefix.replace('-', '_')}dossiers`,
    options: { draftAndPublish: true },
    pluginOptions: {
      i18n: { localized: true },
      ...(prefix === '' ? { gdpr: { subject: { email: 'email' } } } : {}),
    },
    attributes: {
      email: exact('email'),
      name: localized({ type: 'string', pluginOptions: annotate('pd:Name', { search: 'substring' }) }),
      code: localized(exact('string', { unique: true })),
      motto: localized({ type: 'text', pluginOptions: annotate('pd:Opinion', { search: 'prefix' }) }),
      grade: exact('enumeration', { enum: ['a', 'b', 'c'], default: 'b' }),
      age: exact('integer'),
      serial: exact('biginteger'),
      height: exact('float'),
      balance: exact('decimal'),
      born: exact('date'),
      wakes: exact('time'),
      seen: exact('datetime'),
      story: unsearched('richtext'),
      layout: unsearched('blocks'),
      extra: unsearched('json'),
      active: unsearched('boolean'),
      office: localized({ type: 'string' }),
      address: { type: 'component', component: address },
      addresses: { type: 'component', component: address, repeatable: true },
      profile: { type: 'component', component: profile },
      zone: { type: 'dynamiczone', components: [address, profile] },
      friends: { type: 'relation', relation: 'manyToMany', target: `api::${name}.${name}` },
    },
  });
}

function component(uid: string, attributes: object): object {
  const [category = '', modelName = ''] = uid.split('.');
  const schema = {
    collectionName: `components_${category.replace('-', '_')}_${modelName}`,
    info: { displayName: uid },
    options: {},
    attributes,
  };
  return {
    ...schema,
    __schema__: structuredClone(schema),
    uid,
    category,
    modelType: 'component',
    modelName,
    globalId: `Component${category.replace(/\W/g, '')}${modelName}`,
  };
}
