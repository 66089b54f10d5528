import type { Core } from '@strapi/types';

import { type ProtectedAttribute, type ProtectedType, type ProtectedTypes } from './protected-types';

interface Metadata {
  readonly edit: Readonly<Record<string, unknown>>;
  readonly list: Readonly<Record<string, unknown>>;
}

/** A type's configuration in the content manager, as its own service keeps it. */
export interface ViewConfiguration {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly metadatas: Readonly<Record<string, Metadata>>;
  readonly layouts: {
    readonly list: readonly string[];
    readonly edit: readonly (readonly { name: string; size: number }[])[];
  };
}

interface ContentTypesService {
  findConfiguration(contentType: unknown): Promise<ViewConfiguration>;
  updateConfiguration(contentType: unknown, configuration: ViewConfiguration): Promise<unknown>;
}

export function viewConfigurations(strapi: Core.Strapi): ContentTypesService {
  return strapi.plugin('content-manager').service('content-types') as unknown as ContentTypesService;
}

/**
 * The content manager must not offer what sealed data cannot do: a sort by a protected attribute answers 400, and as
 * the default sort it would take the whole list away. Checked at every boot, because annotations may have been added.
 */
export async function withholdSorting(strapi: Core.Strapi, types: ProtectedTypes): Promise<void> {
  const service = viewConfigurations(strapi);
  for (const type of types.all()) {
    if (type.isComponent) continue;
    const contentType = strapi.contentType(type.uid as never);
    const current = await service.findConfiguration(contentType);
    const mended = withoutSorting(type, current);
    if (JSON.stringify(mended) !== JSON.stringify(current))
      await service.updateConfiguration(contentType, mended);
  }
}

/** The same configuration with no protected attribute to sort by. */
export function withoutSorting(
  type: ProtectedType,
  { settings, metadatas, layouts }: ViewConfiguration,
): ViewConfiguration {
  const sortsByProtected = type.attributes.has(String(settings['defaultSortBy']));
  return {
    settings: sortsByProtected
      ? { ...settings, defaultSortBy: 'createdAt', defaultSortOrder: 'DESC' }
      : settings,
    metadatas: Object.fromEntries(
      Object.entries(metadatas).map(([name, metadata]) => [
        name,
        type.attributes.has(name) ? { ...metadata, list: { ...metadata.list, sortable: false } } : metadata,
      ]),
    ),
    layouts,
  };
}

interface PickerContext {
  readonly params: Readonly<Record<string, string>>;
  query: Record<string, unknown>;
}

interface Controllers {
  extend(uid: string, extend: (controller: Record<string, Action>) => Record<string, Action>): unknown;
}

type Action = (this: unknown, context: PickerContext, ...rest: unknown[]) => Promise<unknown>;

/**
 * The relation picker sorts by the main field of the related type and searches in it with `$containsi`. Where that
 * field is protected it is sorted by age instead, and searched by the best that the field's index can do.
 */
export function adaptRelationPicker(strapi: Core.Strapi, types: () => ProtectedTypes): void {
  const controllers: Controllers = strapi.get('controllers');
  controllers.extend('plugin::content-manager.relations', (controller) => {
    const original = controller['findAvailable'];
    if (original === undefined) return controller;
    return {
      ...controller,
      findAvailable: async (context, ...rest) => {
        const { model = '', targetField = '' } = context.params;
        const type = targetOf(types(), model, targetField);
        if (type !== undefined) {
          const configuration = await viewConfigurations(strapi).findConfiguration(
            strapi.getModel(model as never),
          );
          const mainField = configuration.metadatas[targetField]?.edit['mainField'];
          const attribute = typeof mainField === 'string' ? type.attributes.get(mainField) : undefined;
          if (attribute !== undefined) {
            context.query = { sort: 'id:DESC', ...context.query, _filter: searchOperator(attribute) };
          }
        }
        return original.call(controller, context, ...rest);
      },
    };
  });
}

function targetOf(types: ProtectedTypes, model: string, targetField: string): ProtectedType | undefined {
  const target = types.relationsOf(model).get(targetField);
  return typeof target === 'string' ? types.get(target) : undefined;
}

function searchOperator({ search }: ProtectedAttribute): string {
  if (search === 'substring') return '$containsi';
  return search === 'prefix' ? '$startsWithi' : '$eqi';
}
