/** Runs `add` right before the plugins register, which is when they read the schemas. */
export function beforeRegister(strapi, add) {
  const run = strapi.runPluginsLifecycles.bind(strapi);
  strapi.runPluginsLifecycles = async (lifecycle) => {
    if (lifecycle === 'register') add();
    return run(lifecycle);
  };
}

/** Adds a content type `api::NAME.NAME` with the rest of its schema as given. */
export function addContentType(strapi, name, schema) {
  strapi.get('content-types').add(`api::${name}`, {
    [name]: {
      schema: {
        kind: 'collectionType',
        collectionName: name.replaceAll('-', '_'),
        info: { singularName: name, pluralName: `${name}s`, displayName: name },
        options: { draftAndPublish: false },
        ...schema,
      },
    },
  });
}

/**
 * Gives a Strapi that has not been loaded yet a content type like another, without annotations: the plain twin that
 * tests and benchmarks compare a protected type with.
 *
 * @param {{ indexes?: object[] }} [options]
 */
export function addPlainTwin(strapi, { source, name, indexes = [] }) {
  beforeRegister(strapi, () => {
    const { attributes } = strapi.contentType(source).__schema__;
    // The same attributes; relations lead to the same types, but not back.
    const plain = Object.fromEntries(
      Object.entries(attributes).map(
        ([key, { pluginOptions: _dropped, inversedBy: _back, ...attribute }]) => [key, attribute],
      ),
    );
    addContentType(strapi, name, {
      collectionName: `twin_${name.replaceAll('-', '_')}`,
      attributes: plain,
      indexes,
    });
  });
  return `api::${name}.${name}`;
}
