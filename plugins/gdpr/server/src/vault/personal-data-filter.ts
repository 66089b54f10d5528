import { type Annotations, type ProtectedTypes, SEALED, SEALED_PLACE } from './protected-types';

type Entity = Readonly<Record<string, unknown>>;

/**
 * Takes personal data out of entities that leave by a way on which nobody was asked whether they may see it: events,
 * which go to webhooks and logs, and the versions that content history keeps.
 *
 * What goes is every annotated attribute, those with `encrypted: false` included, and what the vault itself adds, at any depth along the
 * schema's relations, components and dynamic zones. Absent and not NULL: a receiver that writes back what it got must
 * not erase anything.
 */
export class PersonalDataFilter {
  private readonly withheld: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(
    private readonly types: ProtectedTypes,
    annotations: Annotations,
  ) {
    this.withheld = new Map(
      [...annotations].map(([uid, { annotation }]) => [
        uid,
        new Set([...annotation.attributes.map(({ name }) => name), SEALED, SEALED_PLACE]),
      ]),
    );
  }

  /** The attributes of this type that do not leave. */
  withheldOf(uid: string): ReadonlySet<string> {
    return this.withheld.get(uid) ?? NONE;
  }

  /** @returns a copy without personal data; the value itself stays as it is */
  without(uid: string, value: unknown): unknown {
    return this.copy(uid, value, []);
  }

  private copy(uid: string | null, value: unknown, above: readonly object[]): unknown {
    if (Array.isArray(value)) return value.map((item) => this.copy(uid, item, above));
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    const target = uid ?? typeOf(value as Entity);
    // A record that leads back to itself leaves as what cannot be followed.
    if (target === undefined || above.includes(value)) return uid === null ? value : {};
    const withheld = this.withheldOf(target);
    const relations = this.types.relationsOf(target);
    const kept: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(value)) {
      if (withheld.has(name)) continue;
      const related = relations.get(name);
      kept[name] = related === undefined ? part : this.copy(related, part, [...above, value]);
    }
    return kept;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Where a relation leads to several types, each entry names its own. */
function typeOf(entity: Entity): string | undefined {
  const uid = entity['__type'] ?? entity['__component'];
  return typeof uid === 'string' ? uid : undefined;
}
