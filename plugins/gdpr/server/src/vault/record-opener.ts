import type { ProtectedTypes, ProtectedType } from './protected-types';
import { SEALED } from './protected-types';
import type { DataKeys, KeyLookup } from './data-keys';
import { DESTROYED } from './data-keys';
import { decodeEnvelope, type Envelope } from './envelope';
import { EVERYTHING, type Plan } from './query-planner';
import { openRecord, type ProtectedValues } from './record-sealer';
import { GdprError } from '../platform/errors';

/** A record that should have opened and did not. Nothing personal in it. */
export interface OpeningFailure {
  readonly uid: string;
  readonly documentId: string | null;
  readonly reason: 'record-not-authentic' | 'data-key-missing';
}

type Entity = Record<string, unknown>;

interface SealedNode {
  readonly entity: Entity;
  readonly type: ProtectedType;
  readonly plan: Plan;
  readonly isRoot: boolean;
}

/** A protected record that a query returned, opened. */
export interface OpenedRecord {
  readonly type: ProtectedType;
  readonly entity: Entity;
  readonly id: number | null;
  readonly attributes: readonly string[];
  readonly subject: string | null;
}

/** Opens the protected records in a query's result, at any depth, in place. */
export class RecordOpener {
  constructor(
    private readonly types: ProtectedTypes,
    private readonly keys: DataKeys,
    /** Whether rows of a type may have values in their own columns; elsewhere those count for nothing. */
    private readonly holdsPlaintext: (type: ProtectedType) => boolean,
    private readonly onFailure: (failure: OpeningFailure) => void | Promise<void>,
  ) {}

  /**
   * @param single whether the caller asked for one record: then a root that does not authenticate is an error, while
   * in a list (and in populated relations) its protected attributes become NULL
   * @throws GdprError `record-not-authentic` or `data-key-missing`
   */
  async open(uid: string, result: unknown, plan: Plan, single: boolean): Promise<OpenedRecord[]> {
    if (!this.types.reaches(uid)) return [];
    const nodes: SealedNode[] = [];
    this.collect(uid, result, plan, true, nodes, new Set());
    if (nodes.length === 0) return [];

    const envelopes = nodes.map(({ entity }) => readEnvelope(entity[SEALED]));
    const keys = await this.keys.load(envelopes.flatMap((envelope) => (envelope ? [envelope.keyName] : [])));
    const opened: OpenedRecord[] = [];
    const failures: { node: SealedNode; failure: OpeningFailure }[] = [];
    // No await in this loop: the keys are only good until the next turn of the event loop.
    nodes.forEach((node, at) => {
      const outcome = this.openOne(node, envelopes[at], keys);
      if ('reason' in outcome) failures.push({ node, failure: outcome });
      const values = 'reason' in outcome ? {} : outcome.values;
      const { type, entity } = node;
      const id = typeof entity['id'] === 'number' ? entity['id'] : null;
      const attributes = fill(node, values);
      if (!('reason' in outcome) && attributes.length > 0) {
        opened.push({ type, entity, id, attributes, subject: outcome.subject });
      }
    });
    for (const { failure } of failures) await this.onFailure(failure);
    const fatal = single ? failures.find(({ node }) => node.isRoot) : undefined;
    if (fatal !== undefined) throw openingError(fatal.failure);
    return opened;
  }

  private collect(
    uid: string,
    value: unknown,
    plan: Plan,
    isRoot: boolean,
    nodes: SealedNode[],
    seen: Set<object>,
  ): void {
    if (Array.isArray(value)) {
      for (const item of value) this.collect(uid, item, plan, isRoot, nodes, seen);
      return;
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const entity = value as Entity;
    const type = this.types.get(uid);
    if (type !== undefined && entity[SEALED] !== undefined) nodes.push({ entity, type, plan, isRoot });
    for (const [name, target] of this.types.relationsOf(uid)) {
      const related = entity[name];
      if (typeof related !== 'object' || related === null) continue;
      if (target === null) this.collectPolymorphic(related, nodes, seen);
      else if (this.types.reaches(target)) {
        this.collect(target, related, plan.children.get(name) ?? EVERYTHING, false, nodes, seen);
      }
    }
  }

  private collectPolymorphic(value: object, nodes: SealedNode[], seen: Set<object>): void {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof item !== 'object' || item === null) continue;
      const uid = '__type' in item ? item.__type : '__component' in item ? item.__component : undefined;
      if (typeof uid === 'string') this.collect(uid, item, EVERYTHING, false, nodes, seen);
    }
  }

  private openOne(
    { entity, type }: SealedNode,
    envelope: Envelope | null | undefined,
    keys: KeyLookup,
  ): { values: ProtectedValues; subject: string | null } | OpeningFailure {
    // Not sealed yet: the row waits for `strapi-gdpr seal`, and its columns still hold the values.
    if (envelope === undefined) return { values: columnsOf(type, entity), subject: null };
    const documentId = placeOf(type, entity);
    const failure = (reason: OpeningFailure['reason']): OpeningFailure => ({
      uid: type.uid,
      documentId,
      reason,
    });
    if (envelope === null || documentId === null) return failure('record-not-authentic');
    const key = keys.get(envelope.keyName);
    if (key === undefined) return failure('data-key-missing');
    if (key === DESTROYED) return { values: {}, subject: null };
    const values = openRecord(envelope, key, { uid: type.uid, documentId });
    if (values === null) return failure('record-not-authentic');
    // An attribute that was annotated after the row was sealed still has its value in its column.
    const merged = this.holdsPlaintext(type) ? { ...values, ...heldInColumns(type, entity) } : values;
    return { values: merged, subject: key.subject };
  }
}

/** What binds a record to its place: its `documentId`, or the name that the vault gave a component. */
export function placeOf(type: ProtectedType, entity: Entity): string | null {
  const place = entity[type.place.attribute];
  return typeof place === 'string' ? place : null;
}

/** @returns the envelope, `null` for what is none, `undefined` for a row that is not sealed */
function readEnvelope(sealed: unknown): Envelope | null | undefined {
  if (sealed === null || sealed === undefined) return undefined;
  return typeof sealed === 'string' ? decodeEnvelope(sealed) : null;
}

function columnsOf(type: ProtectedType, entity: Entity): ProtectedValues {
  return Object.fromEntries([...type.attributes.keys()].map((name) => [name, entity[name] ?? null]));
}

function heldInColumns(type: ProtectedType, entity: Entity): ProtectedValues {
  return Object.fromEntries(
    type.names.flatMap((name) => {
      const value = entity[name];
      return value === null || value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Writes the values into the entity as if they had come from its columns; returns the attributes that had one. */
function fill({ entity, type, plan }: SealedNode, values: ProtectedValues): string[] {
  // First, while it is the property added last: afterwards the object would become a slow one.
  Reflect.deleteProperty(entity, SEALED);
  const filled: string[] = [];
  for (const name of type.names) {
    if (plan.selected !== null && !plan.selected.has(name)) continue;
    const value = values[name] ?? null;
    entity[name] = value;
    if (value !== null) filled.push(name);
  }
  for (const name of plan.added) Reflect.deleteProperty(entity, name);
  // The vault's own; nobody asked for it.
  if (type.isComponent) Reflect.deleteProperty(entity, type.place.attribute);
  return filled;
}

function openingError({ uid, documentId, reason }: OpeningFailure): GdprError {
  const record = `The record ${String(documentId)} of ${uid}`;
  return reason === 'data-key-missing'
    ? new GdprError(
        reason,
        `${record} names a data key that is not in the key store; restore the key store that belongs to this database.`,
      )
    : new GdprError(
        reason,
        `${record} does not authenticate: it was changed, or moved here from another row, outside of Strapi.`,
      );
}
