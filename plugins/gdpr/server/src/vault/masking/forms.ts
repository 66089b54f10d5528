import type { Core } from '@strapi/types';

import type { MaskedAttribute } from '../../../../contracts/personal-data';

import type { Ability } from './caller';
import type { Masking } from './masking';

type Attribute = Readonly<Record<string, unknown>>;

/** A content type or component as the admin panel gets it. */
interface FormSchema {
  readonly uid: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

interface InitContext {
  body: { data: { contentTypes: readonly FormSchema[]; components: readonly FormSchema[] } };
  readonly state: { readonly userAbility: Ability };
}
type Action = (this: unknown, context: InitContext) => unknown;
interface Controllers {
  extend(uid: string, extend: (controller: Record<string, Action>) => Record<string, Action>): unknown;
}

/**
 * The forms of the content manager check what is in them against the schema before they save: a mask is no address, may
 * be too short, and a masked date is empty. Whoever sees masks gets schemas that ask nothing of them, and that say which
 * attributes are masked. What is really stored, the server checks as ever.
 */
export function relaxForms(strapi: Core.Strapi, masking: () => Masking): void {
  strapi.get<Controllers>('controllers').extend('plugin::content-manager.init', (controller) => ({
    ...controller,
    getInitData(context) {
      controller['getInitData']?.call(controller, context);
      if (!masking().isMaskedFor(context.state.userAbility)) return;
      const { contentTypes, components, ...rest } = context.body.data;
      const relaxed = (schema: FormSchema): FormSchema => relaxedSchema(masking(), schema);
      context.body = {
        data: {
          ...rest,
          contentTypes: contentTypes.map(relaxed),
          components: components.map(relaxed),
        },
      };
    },
  }));
}

function relaxedSchema(masking: Masking, schema: FormSchema): FormSchema {
  const { attributes } = masking.map.node(schema.uid);
  if (attributes.size === 0) return schema;
  return {
    ...schema,
    attributes: Object.fromEntries(
      Object.entries(schema.attributes).map(([name, attribute]) => [
        name,
        attributes.has(name) ? relaxedAttribute(attribute) : attribute,
      ]),
    ),
  };
}

function relaxedAttribute(attribute: Attribute): Attribute & MaskedAttribute {
  const {
    required: _required,
    min: _min,
    max: _max,
    minLength: _minLength,
    maxLength: _maxLength,
    regex: _regex,
    ...rest
  } = attribute;
  return {
    ...rest,
    type: rest['type'] === 'email' ? 'string' : rest['type'],
    pluginOptions: { ...(rest['pluginOptions'] as object | undefined), gdpr: { masked: true } },
  };
}
