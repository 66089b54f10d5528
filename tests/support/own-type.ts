import type { Core } from '@strapi/types';

type Attribute = Readonly<Record<string, unknown>> & { readonly type: string };

export interface OwnType {
  readonly name: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly pluginOptions?: Readonly<Record<string, unknown>>;
  readonly draftAndPublish?: boolean;
}

/**
 * Gives a Strapi that has not been loaded yet a content type of a developer's own.
 *
 * @param annotations says, at each boot, whether an attribute is annotated yet (`null`: the type): a table that is to be
 * taken into the vault is filled before
 */
export function addOwnType(
  strapi: Core.Strapi,
  type: OwnType,
  annotations: (attribute: string | null) => boolean,
): string {
  const uid = `api::${type.name}.${type.name}`;
  const target = strapi as unknown as { runPluginsLifecycles(lifecycle: string): Promise<void> };
  const run = target.runPluginsLifecycles.bind(strapi);
  target.runPluginsLifecycles = (lifecycle) => {
    if (lifecycle === 'register') register();
    return run(lifecycle);
  };

  function register(): void {
    const { gdpr: _gdpr, ...others } = { gdpr: undefined, ...type.pluginOptions };
    (strapi as any).get('content-types').add(`api::${type.name}`, {
      [type.name]: {
        schema: {
          kind: 'collectionType',
          collectionName: `own_${type.name.replaceAll('-', '_')}`,
          info: { singularName: type.name, pluralName: `${type.name}s`, displayName: type.name },
          options: { draftAndPublish: type.draftAndPublish ?? false },
          pluginOptions: annotations(null) ? { ...type.pluginOptions } : others,
          attributes: Object.fromEntries(
            Object.entries(type.attributes).map(([name, { pluginOptions, ...attribute }]) => [
              name,
              annotations(name) && pluginOptions !== undefined
                ? { ...attribute, pluginOptions }
                : { ...attribute },
            ]),
          ),
        },
      },
    });
  }
  return uid;
}

/** The annotation of one attribute. */
export const personal = (search = 'none'): object => ({
  gdpr: { personalData: { category: 'pd:Name', search } },
});
