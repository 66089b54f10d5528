import type { Core } from '@strapi/types';

import type { ProtectedType, ProtectedTypes } from '../../vault';

import type { Denials } from './denials';
import type { RequestContext } from './origin';

/** What Apollo Server tells of a field that is about to be resolved. */
interface FieldContext {
  readonly args: Readonly<Record<string, unknown>>;
  readonly contextValue: { readonly koaContext?: RequestContext };
  readonly info: {
    readonly fieldName: string;
    readonly returnType: GraphqlType;
    readonly parentType: GraphqlType;
  };
}

/** A type of the schema; lists and non-null types are around another. */
interface GraphqlType {
  readonly name?: string;
  readonly ofType?: GraphqlType;
}

interface Naming {
  getTypeName(schema: unknown): string;
  getEntityResponseCollectionName(schema: unknown): string;
  getRelationResponseCollectionName(schema: unknown): string;
}

interface GraphqlPlugin {
  service(name: 'utils'): { readonly naming: Naming };
  config(path: 'apolloServer'): { readonly plugins?: readonly unknown[] } | undefined;
}

type Settled = (error: unknown) => void;

/**
 * GraphQL answers 200 and says inside of the answer what was refused. Every field is watched whose value is of a
 * protected type, or that deletes one: an error there that is a refusal is a denial. Call it in `register`.
 */
export function recordGraphqlDenials(
  strapi: Core.Strapi,
  parts: () => { readonly denials: Denials; readonly types: ProtectedTypes } | undefined,
): void {
  const graphql = (strapi.plugins as unknown as Readonly<Record<string, GraphqlPlugin | undefined>>)[
    'graphql'
  ];
  if (graphql === undefined) return;
  let names: ReadonlyMap<string, string> | null = null;
  const willResolveField = ({ args, contextValue, info }: FieldContext): Settled | undefined => {
    const known = parts();
    if (known === undefined) return undefined;
    // Not before: the schema, and what is protected, are complete when the first query comes.
    names ??= graphqlNames(strapi, graphql.service('utils').naming, known.types);
    const uid = names.get(nameOf(info.returnType)) ?? names.get(info.fieldName);
    const { koaContext } = contextValue;
    if (uid === undefined || koaContext === undefined) return undefined;
    return (error) => {
      if (isRefusal(error)) known.denials.noteField(koaContext, uid, info.fieldName, args['documentId']);
    };
  };
  const plugin = {
    requestDidStart: () =>
      Promise.resolve({ executionDidStart: () => Promise.resolve({ willResolveField }) }),
  };
  const options = graphql.config('apolloServer') ?? {};
  strapi.config.set('plugin::graphql.apolloServer', {
    ...options,
    plugins: [...(options.plugins ?? []), plugin],
  });
}

/** Protected types by the names of what the schema has of them; deletions by their own, since they return no record. */
function graphqlNames(
  strapi: Core.Strapi,
  naming: Naming,
  types: ProtectedTypes,
): ReadonlyMap<string, string> {
  return new Map(
    types
      .all()
      .filter(({ isComponent, uid }: ProtectedType) => !isComponent && uid in strapi.contentTypes)
      .flatMap(({ uid }) => {
        const schema = strapi.contentType(uid as never);
        const type = naming.getTypeName(schema);
        const around = [
          naming.getEntityResponseCollectionName(schema),
          naming.getRelationResponseCollectionName(schema),
        ];
        return [type, ...around, `delete${type}`].map((name) => [name, uid] as const);
      }),
  );
}

function nameOf(type: GraphqlType): string {
  return type.ofType === undefined ? (type.name ?? '') : nameOf(type.ofType);
}

/** Strapi's errors for what is not allowed, and the plugin's for what is asked of masked attributes. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (['ForbiddenError', 'UnauthorizedError', 'PolicyError'].includes(error.name)) return true;
  const details: unknown = 'details' in error ? error.details : null;
  return typeof details === 'object' && details !== null && 'code' in details && details.code === WITHHELD;
}

const WITHHELD = 'personal-data-withheld';
