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
    // The same attributes; relations lead to the same types, but not back.
    const plain = Object.fromEntries(
      Object.entries(attributes).map(
        ([key, { pluginOptions: _dropped, inversedBy: _back, ...attribute }]) => [key, attribute],
      ),
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
