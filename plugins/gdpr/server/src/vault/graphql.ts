import type { Core } from '@strapi/types';

/** The parts of `@strapi/plugin-graphql` that are used here. */
interface GraphqlPlugin {
  service(name: 'extension'): { shadowCRUD(uid: string): ShadowCrud };
  config(path: 'apolloServer'): ApolloOptions | undefined;
}

interface ShadowCrud {
  disable(): unknown;
  disableMutations(): unknown;
  field(name: string): { disable(): unknown };
}

/** What a schema says of how much of it is shown. */
interface ShownSchema {
  readonly uid: string;
  readonly pluginOptions?: Readonly<Record<string, { readonly visible?: boolean } | undefined>>;
  readonly config?: { readonly attributes?: Readonly<Record<string, { readonly hidden?: boolean }>> };
}

interface ApolloOptions {
  readonly plugins?: readonly unknown[];
}

interface ApolloResponse {
  readonly response: {
    readonly body: {
      readonly kind: string;
      readonly singleResult?: { errors?: readonly ApolloError[] };
    };
  };
}

interface ApolloError {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const FAILURE = 'INTERNAL_SERVER_ERROR';

/**
 * Where a project has GraphQL, it makes a query and four mutations of every content type. The plugin's own records (the
 * outbox, opt-ins, tokens, the consent ledger), which the content manager does not show either, are left out, data subjects can only be
 * read, and no type shows the attributes that are hidden in the admin panel, such as `sealed`. A failure of the server is answered without its message, in which the plugin passes on the database's SQL.
 */
export function adaptGraphql(strapi: Core.Strapi): void {
  const graphql = (strapi.plugins as unknown as Readonly<Record<string, GraphqlPlugin | undefined>>)[
    'graphql'
  ];
  if (graphql === undefined) return;
  const extension = graphql.service('extension');
  const schemas = [strapi.contentTypes, strapi.components].flatMap(
    (all) => Object.values(all) as ShownSchema[],
  );
  for (const { uid, pluginOptions, config } of schemas) {
    const shadow = extension.shadowCRUD(uid);
    for (const [name, { hidden }] of Object.entries(config?.attributes ?? {}))
      if (hidden === true) shadow.field(name).disable();
    if (!uid.startsWith('plugin::gdpr.')) continue;
    if (pluginOptions?.['content-manager']?.visible === false) shadow.disable();
    else if (pluginOptions?.['content-type-builder']?.visible === false) shadow.disableMutations();
  }
  const options = graphql.config('apolloServer') ?? {};
  strapi.config.set('plugin::graphql.apolloServer', {
    ...options,
    plugins: [...(options.plugins ?? []), withholdFailures],
  });
}

/** An Apollo Server plugin. What went wrong stands in the log. */
const withholdFailures = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse({ response: { body } }: ApolloResponse): Promise<void> {
        if (body.singleResult?.errors !== undefined) {
          body.singleResult.errors = body.singleResult.errors.map((error) =>
            error.extensions?.['code'] === FAILURE
              ? { message: 'Internal Server Error', extensions: { code: FAILURE } }
              : error,
          );
        }
        return Promise.resolve();
      },
    }),
};
