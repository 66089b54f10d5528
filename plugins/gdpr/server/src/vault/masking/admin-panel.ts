import { AsyncLocalStorage } from 'node:async_hooks';

import type { Core } from '@strapi/types';

import { type Ability, currentRequest } from './caller';
import type { Masking } from './masking';

type Query = Readonly<Record<string, unknown>>;
type Async = (...args: never[]) => Promise<unknown>;

interface PermissionsManager {
  readonly ability: Ability;
  readonly action?: string;
  readonly model: string;
  sanitizeOutput: (data: unknown, options?: unknown) => Promise<unknown>;
  sanitizeQuery: (query: Query, options?: unknown) => Promise<unknown>;
  sanitizeInput: (data: unknown, options?: { readonly action?: string }) => Promise<unknown>;
}

interface PermissionService {
  createPermissionsManager(options: { ability: Ability; model: string }): PermissionsManager;
}

interface Extensible<Part> {
  extend(uid: string, extend: (part: Part) => Part): unknown;
}

interface AdminContext {
  readonly params: Readonly<Record<string, string>>;
  query: Query;
  body: unknown;
  readonly request: { body?: unknown };
  readonly state: { readonly userAbility: Ability };
}

type Action = (this: unknown, context: AdminContext, ...rest: unknown[]) => Promise<unknown>;
type Controller = Record<string, Action>;

const CREATE = 'plugin::content-manager.explorer.create';
/** Set while the home page collects its titles, which it reads without sanitizing them. */
const collectingTitles = new AsyncLocalStorage<true>();

/**
 * Puts masking into the admin panel: into the permissions manager, which sanitizes for the content manager, its
 * history, releases, translations and MCP tools; and into the places of the content manager that read past it.
 */
export function maskAdminPanel(strapi: Core.Strapi, masking: () => Masking): void {
  const permissions = strapi.get<Extensible<PermissionService>>('services');
  const services = strapi.get<Extensible<Record<string, Async>>>('services');
  const controllers = strapi.get<Extensible<Controller>>('controllers');

  permissions.extend('admin::permission', (service) => ({
    ...service,
    createPermissionsManager: (options) =>
      maskedManager(strapi, masking, service.createPermissionsManager(options)),
  }));

  // Titles of the home page's "last edited" and "last published".
  services.extend('plugin::content-manager.homepage', (service) => {
    const original = methodOf(service, 'queryLastDocuments');
    service['queryLastDocuments'] = (...args) =>
      collectingTitles.run(true, () => original.apply(service, args));
    return service;
  });
  // The other locales of a record, whose common attributes the form of a new locale starts with.
  services.extend('plugin::content-manager.document-metadata', (service) => {
    const original = methodOf(service, 'getMetadata');
    service['getMetadata'] = async (...args) => {
      const metadata = (await original.apply(service, args)) as Query;
      const [uid] = args as unknown as [string];
      return { ...metadata, availableLocales: await masking().output(uid, metadata['availableLocales']) };
    };
    return service;
  });

  controllers.extend('plugin::content-manager.relations', (controller) => ({
    ...controller,
    findAvailable: wrapped(controller, 'findAvailable', async (context, original) => {
      await withholdFromPicker(strapi, masking(), context);
      await original();
      maskRelations(masking(), context);
    }),
    findExisting: wrapped(controller, 'findExisting', async (context, original) => {
      await original();
      maskRelations(masking(), context);
    }),
  }));

  controllers.extend('plugin::content-manager.collection-types', (controller) => ({
    ...controller,
    // Takes a sort from the body, and hands it on as it is.
    bulkFindForValidation: wrapped(controller, 'bulkFindForValidation', async (context, original) => {
      const { body } = context.request;
      if (typeof body === 'object' && body !== null) {
        const { model = '' } = context.params;
        context.request.body = masking().siftedFor(context.state.userAbility, model, body as Query);
      }
      return original();
    }),
  }));

  // Copies the common attributes of another locale without sanitizing them.
  if (strapi.plugin('i18n') as unknown) {
    controllers.extend('plugin::i18n.content-types', (controller) => ({
      ...controller,
      getNonLocalizedAttributes: wrapped(
        controller,
        'getNonLocalizedAttributes',
        async (context, original) => {
          await original();
          const { model } = context.request.body as { model: string };
          const body = context.body as Query | undefined;
          if (body?.['nonLocalizedFields'] === undefined) return;
          const fields = masking().outputFor(context.state.userAbility, model, body['nonLocalizedFields']);
          context.body = { ...body, nonLocalizedFields: fields };
        },
      ),
    }));
  }
}

/** Masks what the home page reads; the document service is there once the database is. */
export function maskHomePage(strapi: Core.Strapi, masking: Masking): void {
  strapi.documents.use(async (context, next) => {
    const result = await next();
    if (collectingTitles.getStore() !== true) return result;
    // A masked record has the shape of the record.
    return (await masking.output(context.uid, result)) as typeof result;
  });
}

function maskedManager(
  strapi: Core.Strapi,
  masking: () => Masking,
  manager: PermissionsManager,
): PermissionsManager {
  const { ability, model } = manager;
  const { sanitizeOutput, sanitizeQuery, sanitizeInput } = manager;
  // In place, because the manager's own methods call each other.
  return Object.assign(manager, {
    async sanitizeOutput(data: unknown, options?: unknown) {
      return masking().outputFor(ability, model, await sanitizeOutput(data, options));
    },
    async sanitizeQuery(query: Query, options?: unknown) {
      return sanitizeQuery(masking().siftedFor(ability, model, query), options);
    },
    async sanitizeInput(data: unknown, options?: { readonly action?: string }) {
      const action = options?.action ?? manager.action;
      const isNew = action === CREATE && !startsFromAnother(strapi, model);
      return sanitizeInput(masking().inputFor(ability, model, data, isNew), options);
    },
  });
}

/**
 * A clone starts with the values of its source, and a new language with those all languages share: a mask in the form
 * leaves them as they are.
 */
function startsFromAnother(strapi: Core.Strapi, model: string): boolean {
  const { sourceId, id } = currentRequest(strapi)?.params ?? {};
  const { kind } = strapi.getModel(model as never) as { readonly kind?: string };
  return sourceId !== undefined || id !== undefined || kind === 'singleType';
}

/** Where Strapi has no such method, something leaves by a way that is not masked: then it must not start. */
function methodOf<Method>(owner: Readonly<Record<string, Method>>, name: string): Method {
  const method = owner[name];
  if (method === undefined)
    throw new Error(`Strapi's content manager has no ${name}: this version is not supported.`);
  return method;
}

/** An action of a controller with something around it. */
function wrapped(
  controller: Controller,
  name: string,
  around: (context: AdminContext, original: () => Promise<unknown>) => Promise<unknown>,
): Action {
  const original = methodOf(controller, name);
  return async (context, ...rest) => around(context, () => original.call(controller, context, ...rest));
}

/**
 * The relation picker searches in and sorts by the main field of the related type. Where that is masked, it looks for
 * the `documentId` instead, as Strapi does when the main field may not be read.
 */
async function withholdFromPicker(
  strapi: Core.Strapi,
  masking: Masking,
  context: AdminContext,
): Promise<void> {
  const { model = '', targetField = '' } = context.params;
  const target = masking.map.target(model, targetField);
  if (typeof target !== 'string') return;
  const names = await masking.unsearchable(target);
  if (names === null) return;
  const { _q, ...query } = context.query;
  const mainField = await mainFieldOf(strapi, model, targetField);
  if (mainField === undefined || masking.map.attributeNamed(target, mainField) === undefined) return;
  const byId = typeof _q === 'string' && _q !== '' ? { documentId: { $containsi: _q } } : null;
  const filters = [query['filters'], byId].filter((one) => one !== undefined && one !== null);
  context.query = {
    ...query,
    // In place of any sort: one that is taken out later would leave Strapi with its own, by the main field.
    sort: 'id:DESC',
    ...(filters.length === 0 ? {} : { filters: { $and: filters } }),
  };
}

async function mainFieldOf(
  strapi: Core.Strapi,
  model: string,
  targetField: string,
): Promise<string | undefined> {
  const schema = strapi.getModel(model as never) as { readonly modelType?: string };
  const name = schema.modelType === 'component' ? 'components' : 'content-types';
  const service = strapi.plugin('content-manager').service(name) as unknown as {
    findConfiguration(schema: unknown): Promise<{
      readonly metadatas: Readonly<Record<string, { readonly edit: { readonly mainField?: string } }>>;
    }>;
  };
  return (await service.findConfiguration(schema)).metadatas[targetField]?.edit.mainField;
}

/** Both endpoints answer rows of the database, with the main field in clear. */
function maskRelations(masking: Masking, context: AdminContext): void {
  const { model = '', targetField = '' } = context.params;
  const target = masking.map.target(model, targetField);
  const body = context.body as { readonly results?: unknown } | undefined;
  if (typeof target !== 'string' || body?.results === undefined) return;
  context.body = { ...body, results: masking.outputFor(context.state.userAbility, target, body.results) };
}
