import type { AnnotatedAttribute } from '../annotation';

/** Where an attribute leads: records of one type, or records that each name their own. */
export type Target = string | null;

/** What masking has to know of one content type or component. */
export interface PersonalDataNode {
  /** The attributes that hold personal data, sealed or not, by name. */
  readonly attributes: ReadonlyMap<string, AnnotatedAttribute>;
  /** Relations and media. */
  readonly relations: ReadonlyMap<string, Target>;
  /** Components and dynamic zones: parts of the record itself. */
  readonly parts: ReadonlyMap<string, Target>;
  /** Attributes by the name of their column: Strapi's database layer takes both in a filter. */
  readonly columns: ReadonlyMap<string, string>;
}

/** A schema, as far as this module looks at it. */
export interface MappedSchema {
  readonly uid: string;
  readonly attributes: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly relation?: string;
        readonly target?: string;
        readonly component?: string;
        readonly components?: readonly string[];
      }
    >
  >;
}

const EMPTY: PersonalDataNode = {
  attributes: new Map(),
  relations: new Map(),
  parts: new Map(),
  columns: new Map(),
};

/** Every type of the project as masking sees it: which attributes are personal, and where the others lead. */
export class PersonalDataMap {
  private readonly nodes = new Map<string, PersonalDataNode>();
  private readonly reaching = new Set<string>();

  /**
   * @param annotated the personal attributes of each type that has some
   * @param columnOf the column of an attribute
   */
  constructor(
    schemas: readonly MappedSchema[],
    annotated: ReadonlyMap<string, readonly AnnotatedAttribute[]>,
    columnOf: (uid: string, attribute: string) => string | undefined,
  ) {
    for (const schema of schemas) {
      const attributes = new Map((annotated.get(schema.uid) ?? []).map((one) => [one.name, one]));
      const columns = new Map<string, string>();
      for (const name of attributes.keys()) {
        const column = columnOf(schema.uid, name);
        if (column !== undefined) columns.set(column, name);
      }
      this.nodes.set(schema.uid, { attributes, columns, ...linksOf(schema) });
      if (attributes.size > 0) this.reaching.add(schema.uid);
    }
    this.close();
  }

  node(uid: string): PersonalDataNode {
    return this.nodes.get(uid) ?? EMPTY;
  }

  /** Whether a record of this type holds personal data or can carry some in what is populated. */
  reaches(uid: string): boolean {
    return this.reaching.has(uid);
  }

  /** Every type that holds personal data itself, with its personal attributes. */
  *personal(): Iterable<readonly [uid: string, attributes: PersonalDataNode['attributes']]> {
    for (const [uid, { attributes }] of this.nodes) if (attributes.size > 0) yield [uid, attributes];
  }

  /** The personal attribute of this name, or with this column. */
  attributeNamed(uid: string, name: string): AnnotatedAttribute | undefined {
    const { attributes, columns } = this.node(uid);
    return attributes.get(name) ?? attributes.get(columns.get(name) ?? '');
  }

  /** Where a relation, component or dynamic zone leads; `undefined` for any other attribute. */
  target(uid: string, name: string): Target | undefined {
    const { relations, parts } = this.node(uid);
    return relations.has(name) ? relations.get(name) : parts.get(name);
  }

  private close(): void {
    let grew = this.reaching.size > 0;
    while (grew) {
      grew = false;
      for (const [uid, { relations, parts }] of this.nodes) {
        if (this.reaching.has(uid)) continue;
        const targets = [...relations.values(), ...parts.values()];
        if (!targets.some((target) => target === null || this.reaching.has(target))) continue;
        this.reaching.add(uid);
        grew = true;
      }
    }
  }
}

function linksOf({ attributes }: MappedSchema): Pick<PersonalDataNode, 'relations' | 'parts'> {
  const relations = new Map<string, Target>();
  const parts = new Map<string, Target>();
  for (const [name, { type, target, component }] of Object.entries(attributes)) {
    if (type === 'relation') relations.set(name, target ?? null);
    else if (type === 'media') relations.set(name, 'plugin::upload.file');
    else if (type === 'component' && component !== undefined) parts.set(name, component);
    else if (type === 'dynamiczone') parts.set(name, null);
  }
  return { relations, parts };
}
