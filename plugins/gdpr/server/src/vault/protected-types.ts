import type { Core, UID } from '@strapi/types';

import { GdprError } from '../platform/errors';

import {
  type AnnotatedAttribute,
  type AnnotatedSchema,
  isAnnotated,
  readAnnotation,
  type SubjectAnnotation,
} from './annotation';
import { scopesOf, type Scopes } from './blind-index/scopes';

/** The attribute that the vault adds to every protected type. */
export const SEALED = 'sealed';

/**
 * What binds a sealed component to its place. A component has no `documentId`, and its row's id is only known after the
 * insert and changes when data is transferred; so it gets a random name of its own.
 */
export const SEALED_PLACE = 'sealedPlace';

export interface ProtectedAttribute extends AnnotatedAttribute {
  readonly column: string;
  readonly scopes: Scopes;
}

/** A content type or component with sealed attributes. */
export interface ProtectedType {
  readonly uid: string;
  readonly table: string;
  readonly isComponent: boolean;
  /** The attribute whose value binds a record to its place (associated data of the envelope), and its column. */
  readonly place: { readonly attribute: string; readonly column: string };
  /** Draft & publish: the draft and the published version of a document are two rows. */
  readonly hasDrafts: boolean;
  readonly subject: SubjectAnnotation | null;
  /** The sealed attributes by name; those with `encrypted: false` are not among them. */
  readonly attributes: ReadonlyMap<string, ProtectedAttribute>;
  /** Their names. */
  readonly names: readonly string[];
  /** What `SELECT *` would read, less the protected columns, which are NULL in every sealed row. */
  readonly plainSelection: readonly string[];
}

/**
 * Every protected type of the project, and for any type the relations that lead to one: what the query rewriter and
 * the opener need to know of the schema, worked out once at boot.
 */
export class ProtectedTypes {
  private readonly types = new Map<string, ProtectedType>();
  private readonly relations = new Map<string, ReadonlyMap<string, string | null>>();
  private readonly reaching = new Set<string>();
  private readonly carriers = new Map<string, ComponentCarrier>();

  get(uid: string): ProtectedType | undefined {
    return this.types.get(uid);
  }

  all(): ProtectedType[] {
    return [...this.types.values()];
  }

  /** Whether a record of this type holds personal data or can carry a protected one in a populated relation. */
  reaches(uid: string): boolean {
    return this.reaching.has(uid);
  }

  /** How a type, content type or component, leads to protected components that stand in it; undefined where none do. */
  componentsIn(uid: string): ComponentCarrier | undefined {
    return this.carriers.get(uid);
  }

  allCarriers(): ComponentCarrier[] {
    return [...this.carriers.values()];
  }

  /** The relational attributes of a type with their target; `null` where each entry names its own type. */
  relationsOf(uid: string): ReadonlyMap<string, string | null> {
    return this.relations.get(uid) ?? new Map<string, string | null>();
  }

  /** Reads the database's metadata; call it once, after Strapi has loaded its models and before any query. */
  load(strapi: Core.Strapi, annotations: Annotations): void {
    for (const [uid, { annotation, isComponent }] of annotations) {
      const metadata = strapi.db.metadata.get(uid);
      const attributes = new Map<string, ProtectedAttribute>();
      for (const attribute of annotation.attributes) {
        if (!attribute.encrypted) continue;
        attributes.set(attribute.name, {
          ...attribute,
          column: columnOf(metadata.attributes, attribute.name),
          scopes: scopesOf(uid, attribute.name),
        });
      }
      if (attributes.size === 0) {
        // Nothing to seal, yet a search must not find what a caller sees masked.
        this.reaching.add(uid);
        continue;
      }
      const place = isComponent ? SEALED_PLACE : 'documentId';
      this.types.set(uid, {
        uid,
        table: metadata.tableName,
        isComponent,
        place: { attribute: place, column: columnOf(metadata.attributes, place) },
        hasDrafts:
          !isComponent && strapi.contentType(uid as UID.ContentType).options?.draftAndPublish === true,
        subject: annotation.subject,
        attributes,
        names: [...attributes.keys()],
        plainSelection: plainSelection(metadata.attributes, attributes),
      });
    }
    for (const [uid, metadata] of strapi.db.metadata) {
      const relations = new Map<string, string | null>();
      for (const [name, attribute] of Object.entries(metadata.attributes)) {
        if (attribute.type !== 'relation') continue;
        relations.set(
          name,
          'target' in attribute && typeof attribute.target === 'string' ? attribute.target : null,
        );
      }
      this.relations.set(uid, relations);
    }
    this.closeOverRelations();
    this.findCarriers(strapi, annotations);
  }

  /** Works from the inside out, because components stand in components. */
  private findCarriers(strapi: Core.Strapi, annotations: Annotations): void {
    const schemas = [strapi.components, strapi.contentTypes].flatMap(
      (all) => Object.values(all) as unknown as AnnotatedSchema[],
    );
    let grew = true;
    while (grew) {
      grew = false;
      for (const { uid, attributes } of schemas) {
        if (this.carriers.has(uid)) continue;
        const names = Object.entries(attributes)
          .filter(([, attribute]) => componentsOf(attribute).some((inner) => this.holdsProtected(inner)))
          .map(([name]) => name);
        const [first] = names;
        const relation = first === undefined ? undefined : strapi.db.metadata.get(uid).attributes[first];
        const joinTable = relation !== undefined && 'joinTable' in relation ? relation.joinTable : undefined;
        if (joinTable === undefined) continue;
        const subject = annotations.get(uid)?.annotation.subject ?? null;
        this.carriers.set(uid, { uid, attributes: names, joinTable: joinTable.name, subject });
        grew = true;
      }
    }
  }

  private holdsProtected(component: string): boolean {
    return this.types.has(component) || this.carriers.has(component);
  }

  /** A type reaches protected data when it is protected or relates to a type that does; polymorphic relations may. */
  private closeOverRelations(): void {
    for (const uid of this.types.keys()) this.reaching.add(uid);
    let grew = this.reaching.size > 0;
    while (grew) {
      grew = false;
      for (const [uid, relations] of this.relations) {
        if (this.reaching.has(uid)) continue;
        const targets = [...relations.values()];
        if (targets.some((target) => target === null || this.reaching.has(target))) {
          this.reaching.add(uid);
          grew = true;
        }
      }
    }
  }
}

/** A type in whose records protected components stand. */
export interface ComponentCarrier {
  readonly uid: string;
  /** The attributes that hold them, directly or further inside. */
  readonly attributes: readonly string[];
  /** Strapi keeps in this table which component stands in which record (`entity_id`, `cmp_id`, `component_type`). */
  readonly joinTable: string;
  /** Whose data the record is, where its schema says so. */
  readonly subject: SubjectAnnotation | null;
}

interface ComponentAttribute {
  readonly type: string;
  readonly component?: string;
  readonly components?: readonly string[];
}

function componentsOf({ type, component, components = [] }: ComponentAttribute): readonly string[] {
  if (type === 'dynamiczone') return components;
  return type === 'component' && component !== undefined ? [component] : [];
}

function columnOf(attributes: Readonly<Record<string, object>>, name: string): string {
  const attribute = attributes[name];
  const column = attribute !== undefined && 'columnName' in attribute ? attribute.columnName : undefined;
  return typeof column === 'string' ? column : name;
}

/** `sealed` comes last: V8 keeps an object fast when the property that was added last is deleted. */
function plainSelection(
  all: Readonly<Record<string, { readonly type: string }>>,
  sealed: ReadonlyMap<string, unknown>,
): string[] {
  const names = Object.entries(all)
    .filter(([name, attribute]) => attribute.type !== 'relation' && !sealed.has(name) && name !== SEALED)
    .map(([name]) => name);
  return [...names, SEALED];
}

export type Annotations = ReadonlyMap<
  string,
  {
    readonly annotation: NonNullable<ReturnType<typeof readAnnotation>['annotation']>;
    readonly isComponent: boolean;
  }
>;

/**
 * Reads the annotations of all content types and components and adds the `sealed` attribute to those that have some.
 * Call it in `register`: what is added later gets no column.
 *
 * @throws GdprError `annotation-invalid`, naming every mistake in every annotation
 */
export function annotateSchemas(strapi: Core.Strapi): Annotations {
  const annotations = new Map<
    string,
    { annotation: NonNullable<ReturnType<typeof readAnnotation>['annotation']>; isComponent: boolean }
  >();
  const faults: string[] = [];
  const schemas = [
    ...Object.values(strapi.contentTypes).map((schema) => ({
      schema: schema as MutableSchema,
      isComponent: false,
    })),
    ...Object.values(strapi.components).map((schema) => ({
      schema: schema as MutableSchema,
      isComponent: true,
    })),
  ];
  for (const { schema, isComponent } of schemas) {
    const result = readAnnotation(schema, {
      isComponent,
      carriesComponents: carriesAnnotated(strapi, schema),
    });
    faults.push(...result.faults);
    if (result.annotation === null) continue;
    annotations.set(schema.uid, { annotation: result.annotation, isComponent });
    if (!result.annotation.attributes.some(({ encrypted }) => encrypted)) continue;
    if (isComponent) addHiddenAttribute(schema, SEALED_PLACE, 'string');
    addHiddenAttribute(schema, SEALED, 'text');
  }
  if (faults.length > 0) {
    throw new GdprError(
      'annotation-invalid',
      `The gdpr annotations of the schemas have mistakes:\n- ${faults.join('\n- ')}`,
    );
  }
  return annotations;
}

/** Whether components with annotations stand in records of this type, at whatever depth. */
function carriesAnnotated(strapi: Core.Strapi, schema: AnnotatedSchema, seen = new Set<string>()): boolean {
  const inner = Object.values(schema.attributes).flatMap((attribute) => componentsOf(attribute));
  return inner.some((uid) => {
    if (seen.has(uid)) return false;
    seen.add(uid);
    const component = strapi.components[uid as UID.Component] as AnnotatedSchema | undefined;
    return component !== undefined && (isAnnotated(component) || carriesAnnotated(strapi, component, seen));
  });
}

interface MutableSchema extends AnnotatedSchema {
  readonly attributes: Record<string, AnnotatedSchema['attributes'][string]>;
  config?: { attributes?: Record<string, object> };
}

/**
 * `private` keeps it out of the content API, `visible: false` out of the forms, and only `hidden` in the type's config
 * is enforced by the admin sanitizers (facts: Strapi admin).
 */
function addHiddenAttribute(schema: MutableSchema, name: string, type: 'string' | 'text'): void {
  Object.assign(schema.attributes, {
    [name]: {
      type,
      private: true,
      configurable: false,
      visible: false,
      searchable: false,
    },
  });
  const config = (schema.config ??= {});
  config.attributes = { ...config.attributes, [name]: { hidden: true } };
}
