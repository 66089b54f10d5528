/**
 * Gives a Strapi that has not been loaded yet a content type like another, without annotations: the plain twin that
 * tests and benchmarks compare a protected type with.
 *
 * @param {{ indexes?: object[] }} [options]
 */
export function addPlainTwin(strapi, { source, name, indexes = [] }) {
  const run = strapi.runPluginsLifecycles.bind(strapi);
  strapi.runPluginsLifecycles = async (lifecycle) => {
    if (lifecycle === 'register') register();
    return run(lifecycle);
  };

  function register() {
    const { attributes } = strapi.contentType(source).__schema__;
    const plain = Object.fromEntries(
      Object.entries(attributes)
        .filter(([, attribute]) => attribute.type !== 'relation')
        .map(([key, { pluginOptions: _dropped, ...attribute }]) => [key, attribute]),
    );
    strapi.get('content-types').add(`api::${name}`, {
      [name]: {
        schema: {
          kind: 'collectionType',
          collectionName: `twin_${name.replaceAll('-', '_')}`,
          info: { singularName: name, pluralName: `${name}s`, displayName: name },
          options: { draftAndPublish: false },
          attributes: plain,
          indexes,
        },
      },
    });
  }

  return `api::${name}.${name}`;
}
