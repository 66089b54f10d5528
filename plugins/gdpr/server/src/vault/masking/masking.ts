import type { Core, UID } from '@strapi/types';

import { badRequest } from '../../platform/errors';
import type { Annotations } from '../protected-types';

import { type Ability, type Caller, callerOf, isRevealing, ownRecord, seesPersonalData } from './caller';
import { maskRecords } from './mask-records';
import { type MappedSchema, PersonalDataMap } from './personal-data-map';
import { type Withheld, withoutPersonalKeys } from './query-keys';
import { withoutWrittenMasks } from './written-masks';

type Query = Readonly<Record<string, unknown>>;
type Data = Readonly<Record<string, unknown>>;

/** What masking does for one Strapi instance; the shells around Strapi's sanitizers ask it. */
export class Masking {
  readonly map: PersonalDataMap;

  constructor(
    private readonly strapi: Core.Strapi,
    annotations: Annotations,
  ) {
    const schemas: readonly unknown[] = [
      ...(Object.values(strapi.contentTypes) as unknown[]),
      ...(Object.values(strapi.components) as unknown[]),
    ];
    const annotated = new Map(
      [...annotations].map(([uid, { annotation }]) => [uid, annotation.attributes] as const),
    );
    this.map = new PersonalDataMap(schemas as readonly MappedSchema[], annotated, (uid, name) => {
      const attribute = strapi.db.metadata.get(uid).attributes[name];
      return attribute !== undefined && 'columnName' in attribute ? attribute.columnName : undefined;
    });
  }

  /** Whether somebody with this ability of the admin panel sees masks. */
  isMaskedFor(ability: Ability): boolean {
    return !seesPersonalData(ability);
  }

  /** The content types whose records hold personal data, in themselves or in their components. */
  types(): string[] {
    return Object.keys(this.strapi.contentTypes).filter((uid) => this.holds(uid, new Set()));
  }

  private holds(uid: string, seen: Set<string>): boolean {
    if (seen.has(uid)) return false;
    seen.add(uid);
    const { attributes, parts } = this.map.node(uid);
    if (attributes.size > 0) return true;
    return [...parts].some(([name, target]) =>
      (target === null ? this.componentsIn(uid, name) : [target]).some((one) => this.holds(one, seen)),
    );
  }

  /** Masks what leaves for the caller of the request under way. */
  async output(uid: string, data: unknown): Promise<unknown> {
    if (!this.map.reaches(uid)) return data;
    const caller = await callerOf(this.strapi);
    return isMaskedCaller(caller) ? maskRecords(this.map, uid, data, ownRecord(caller)) : data;
  }

  /** Masks what leaves for somebody with this ability of the admin panel. */
  outputFor(ability: Ability, uid: string, data: unknown): unknown {
    if (!this.map.reaches(uid) || seesPersonalData(ability)) return data;
    return maskRecords(this.map, uid, data, () => false);
  }

  /**
   * @throws ValidationError `personal-data-withheld` when a caller who sees masks filters or sorts by what they hide
   */
  async assertQuery(uid: string, query: Query): Promise<void> {
    if (!this.map.reaches(uid) || !isMaskedCaller(await callerOf(this.strapi))) return;
    const [first] = withoutPersonalKeys(this.map, uid, query).withheld;
    if (first !== undefined) throw withheldError(first);
  }

  /** The query without what a caller who sees masks may not filter or sort by. */
  async sifted(uid: string, query: Query): Promise<Query> {
    if (!this.map.reaches(uid) || !isMaskedCaller(await callerOf(this.strapi))) return query;
    return withoutPersonalKeys(this.map, uid, query).query;
  }

  siftedFor(ability: Ability, uid: string, query: Query): Query {
    if (!this.map.reaches(uid) || seesPersonalData(ability)) return query;
    return withoutPersonalKeys(this.map, uid, query).query;
  }

  /** The input of the caller of the request under way, without the masks they only send back. */
  async input(uid: string, data: unknown, isNew: boolean): Promise<unknown> {
    return isMaskedCaller(await callerOf(this.strapi)) ? this.withoutMasks(uid, data, isNew, true) : data;
  }

  inputFor(ability: Ability, uid: string, data: unknown, isNew: boolean): unknown {
    return seesPersonalData(ability) ? data : this.withoutMasks(uid, data, isNew, true);
  }

  /**
   * @param nulls whether `null` may be a mask, too, which only holds for what a client sent
   * @throws ValidationError `personal-data-withheld` when a mask is to become the value of something new
   */
  withoutMasks(uid: string, data: unknown, isNew: boolean, nulls: boolean): unknown {
    if (!this.map.reaches(uid) || typeof data !== 'object' || data === null) return data;
    if (Array.isArray(data)) return data.map((item) => this.withoutMasks(uid, item, isNew, nulls));
    const { data: kept, unkept } = withoutWrittenMasks(this.map, uid, data as Data, { isNew, nulls });
    if (unkept[0] !== undefined) {
      throw badRequest(
        'personal-data-withheld',
        `"${unkept[0]}" holds a mask and not a value, so there is nothing to store: send the value, or leave it out.`,
        { attribute: unkept[0] },
      );
    }
    return kept;
  }

  /** The names of the personal attributes a search by words must pass over for the caller of the request under way. */
  async unsearchable(uid: string): Promise<ReadonlySet<string> | null> {
    const { attributes } = this.map.node(uid);
    if (attributes.size === 0 || !isMaskedCaller(await callerOf(this.strapi))) return null;
    return new Set(attributes.keys());
  }

  /** The components a dynamic zone may hold. */
  componentsIn(uid: string, zone: string): readonly string[] {
    return this.schema(uid)?.attributes[zone]?.components ?? [];
  }

  schema(uid: string): MappedSchema | undefined {
    const schema: unknown = this.strapi.getModel(uid as UID.Schema);
    return schema as MappedSchema | undefined;
  }
}

function isMaskedCaller(caller: Caller | null): boolean {
  return caller !== null && !caller.seesPersonalData && !isRevealing();
}

function withheldError({ attribute, path }: Withheld): Error {
  return badRequest(
    'personal-data-withheld',
    `"${attribute}" is personal data that you see masked, so you cannot filter or sort by it; ask for the permission "personal-data.read".`,
    { attribute, path, source: 'query' },
  );
}
