import { z } from 'zod';

/** How protected values can be found. Each level includes the ones before it. */
export const SEARCH_LEVELS = ['none', 'exact', 'prefix', 'substring'] as const;
export type SearchLevel = (typeof SEARCH_LEVELS)[number];

/**
 * Whose data a record is: the person with the address in this attribute, the person that an owning relation leads to,
 * or the data subject whose `documentId` stands in this attribute.
 */
const subjectSchema = z.union([
  z.strictObject({ email: z.string() }),
  z.strictObject({ via: z.string() }),
  z.strictObject({ id: z.string() }),
  z.strictObject({ self: z.literal(true) }),
]);
export type SubjectAnnotation = z.infer<typeof subjectSchema>;

const typeSchema = z.strictObject({ subject: subjectSchema.optional() });

const personalDataSchema = z.strictObject({
  /** A personal-data term of the W3C Data Privacy Vocabulary, for example `pd:EmailAddress`. */
  category: z.string().regex(/^pd:[A-Z][A-Za-z]*$/, 'must be a W3C DPV term such as "pd:EmailAddress"'),
  /** Art. 9 data. */
  special: z.boolean().default(false),
  search: z.enum(SEARCH_LEVELS).default('none'),
  /** `false` leaves the attribute in plaintext, yet in DSAR and audit. */
  encrypted: z.boolean().default(true),
});

const attributeSchema = z.strictObject({ personalData: personalDataSchema });

/** The attribute types that can be sealed. */
const PROTECTABLE = [
  'string',
  'text',
  'richtext',
  'blocks',
  'email',
  'enumeration',
  'integer',
  'biginteger',
  'float',
  'decimal',
  'boolean',
  'date',
  'time',
  'datetime',
  'timestamp',
  'json',
] as const;
export type ProtectableType = (typeof PROTECTABLE)[number];

/** What the vault calls the attributes that it adds. */
const TAKEN_NAMES = ['sealed', 'sealedPlace'];
const TEXT_TYPES: readonly string[] = ['string', 'text', 'richtext', 'email'];
const UNSEARCHABLE_TYPES: readonly string[] = ['json', 'blocks', 'boolean'];

export interface AnnotatedAttribute {
  readonly name: string;
  readonly type: ProtectableType;
  readonly category: string;
  readonly special: boolean;
  readonly search: SearchLevel;
  readonly encrypted: boolean;
  readonly unique: boolean;
}

export interface Annotation {
  readonly subject: SubjectAnnotation | null;
  readonly attributes: readonly AnnotatedAttribute[];
}

/** What this module needs to know of a schema; content types and components both have it. */
export interface AnnotatedSchema {
  readonly uid: string;
  readonly pluginOptions?: object;
  readonly attributes: Readonly<Record<string, AnnotatedSchemaAttribute>>;
}

interface AnnotatedSchemaAttribute {
  readonly type: string;
  readonly unique?: boolean;
  readonly relation?: string;
  readonly component?: string;
  readonly components?: readonly string[];
  readonly pluginOptions?: object;
}

export type AnnotationResult =
  | { readonly annotation: Annotation | null; readonly faults: readonly [] }
  | { readonly annotation: null; readonly faults: readonly string[] };

/**
 * Reads the annotation of one schema (design 3, "Annotation").
 *
 * @returns the annotation, `null` when the schema carries none, or every mistake in it as one sentence each
 */
export function readAnnotation(
  schema: AnnotatedSchema,
  { isComponent = false, carriesComponents = false }: SchemaContext = {},
): AnnotationResult {
  const faults: string[] = [];
  const at = (path: string, message: string): void => {
    faults.push(`${schema.uid}, ${path}: ${message}`);
  };

  const attributes: AnnotatedAttribute[] = [];
  for (const [name, attribute] of Object.entries(schema.attributes)) {
    const options = gdprOptions(attribute.pluginOptions);
    if (options === undefined) continue;
    const path = `attributes.${name}.pluginOptions.gdpr`;
    const parsed = attributeSchema.safeParse(options);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) at([path, ...issue.path].join('.'), issue.message);
      continue;
    }
    if (!isProtectable(attribute.type)) {
      at(
        path,
        `an attribute of type "${attribute.type}" cannot hold personal data; annotate the fields inside it`,
      );
      continue;
    }
    const { personalData } = parsed.data;
    const fault = searchFault(attribute.type, personalData.search);
    if (fault !== null) at(`${path}.personalData.search`, fault);
    const unique = attribute.unique === true;
    attributes.push({
      name,
      type: attribute.type,
      ...personalData,
      // Uniqueness is decided by the exact tokens.
      search: unique && personalData.search === 'none' ? 'exact' : personalData.search,
      unique,
    });
  }

  const options = gdprOptions(schema.pluginOptions);
  const parsedType = typeSchema.safeParse(options ?? {});
  if (!parsedType.success) {
    for (const issue of parsedType.error.issues)
      at(['pluginOptions.gdpr', ...issue.path].join('.'), issue.message);
  }
  const subject = parsedType.success ? (parsedType.data.subject ?? null) : null;
  if (subject !== null) {
    const fault = subjectFault(schema, subject);
    if (fault !== null) at('pluginOptions.gdpr.subject', fault);
    if (isComponent)
      at('pluginOptions.gdpr.subject', 'a component belongs to whom the record it stands in belongs to');
    else if (attributes.length === 0 && !carriesComponents)
      at('pluginOptions.gdpr.subject', 'no attribute of this type is marked as personalData');
  }
  for (const taken of TAKEN_NAMES) {
    const isTaken = attributes.length > 0 && taken in schema.attributes;
    if (isTaken) at(`attributes.${taken}`, 'this name is taken by the vault; give the attribute another');
  }

  if (faults.length > 0) return { annotation: null, faults };
  const isEmpty = attributes.length === 0 && subject === null;
  return { annotation: isEmpty ? null : { subject, attributes }, faults: [] };
}

/** Whether a schema marks any attribute as personal data. */
export function isAnnotated({ attributes }: AnnotatedSchema): boolean {
  return Object.values(attributes).some(({ pluginOptions }) => gdprOptions(pluginOptions) !== undefined);
}

/** What the schema itself does not say. */
export interface SchemaContext {
  readonly isComponent?: boolean;
  /** Whether components with annotations stand in records of the type. */
  readonly carriesComponents?: boolean;
}

function gdprOptions(pluginOptions: object | undefined): unknown {
  return pluginOptions !== undefined && 'gdpr' in pluginOptions ? pluginOptions.gdpr : undefined;
}

function isProtectable(type: string): type is ProtectableType {
  return (PROTECTABLE as readonly string[]).includes(type);
}

function searchFault(type: ProtectableType, search: SearchLevel): string | null {
  if (search === 'none') return null;
  if (UNSEARCHABLE_TYPES.includes(type)) {
    return `"${search}" is not possible for type "${type}": so few values tell themselves apart by their tokens`;
  }
  if (search !== 'exact' && !TEXT_TYPES.includes(type))
    return `"${search}" needs a text attribute; use "exact"`;
  return null;
}

function subjectFault(schema: AnnotatedSchema, subject: SubjectAnnotation): string | null {
  if ('self' in subject) return null;
  if ('via' in subject) {
    const relation = schema.attributes[subject.via];
    if (relation?.type !== 'relation') return `"${subject.via}" is not a relation of this type`;
    const toOne = relation.relation === 'oneToOne' || relation.relation === 'manyToOne';
    return toOne
      ? null
      : `"${subject.via}" must be a oneToOne or manyToOne relation: a record has one data subject`;
  }
  const name = 'email' in subject ? subject.email : subject.id;
  const attribute = schema.attributes[name];
  if (attribute === undefined) return `this type has no attribute "${name}"`;
  return TEXT_TYPES.includes(attribute.type) ? null : `"${name}" must be a text attribute`;
}
