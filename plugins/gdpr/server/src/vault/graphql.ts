import type { Core, Struct } from '@strapi/types';

/** The parts of `@strapi/plugin-graphql` that are used here. */
interface GraphqlPlugin {
  service(name: 'extension'): { shadowCRUD(uid: string): { disable(): unknown } };
  config(path: 'apolloServer'): ApolloOptions | undefined;
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
 * outbox, opt-ins, tokens, the consent ledger), which the content manager does not show either, are left out, and a
 * failure of the server is answered without its message, in which the plugin passes on the database's SQL.
 */
export function adaptGraphql(strapi: Core.Strapi): void {
  const graphql = (strapi.plugins as unknown as Readonly<Record<string, GraphqlPlugin | undefined>>)[
    'graphql'
  ];
  if (graphql === undefined) return;
  const extension = graphql.service('extension');
  for (const schema of Object.values(strapi.contentTypes as Record<string, Struct.ContentTypeSchema>)) {
    if (schema.uid.startsWith('plugin::gdpr.') && isInternal(schema))
      extension.shadowCRUD(schema.uid).disable();
  }
  const options = graphql.config('apolloServer') ?? {};
  strapi.config.set('plugin::graphql.apolloServer', {
    ...options,
    plugins: [...(options.plugins ?? []), withholdFailures],
  });
}

function isInternal({ pluginOptions }: Struct.ContentTypeSchema): boolean {
  const options = (pluginOptions as Readonly<Record<string, { visible?: boolean }>> | undefined)?.[
    'content-manager'
  ];
  return options?.visible === false;
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
