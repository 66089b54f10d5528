import {
  DESTROYED,
  type KeyName,
  sealRecord,
  type Vault,
  type VaultWrite,
  xchacha20Poly1305,
} from '../../vault';
import { packAttributes } from '../entry/attribute-set';
import type { RecordSet } from '../entry/entry';
import { decodePayloads, encodePayloads, payloadCommitment } from '../entry/payloads';
import { packIds } from '../entry/record-ids';
import type { AttributeSchemas } from '../store/attribute-schemas';

import type { Draft } from './draft';

/** The place that a payload is bound to; it opens nowhere else. */
export const PAYLOAD_PLACE = 'gdpr audit payload';

type Values = Readonly<Record<string, unknown>>;

interface Change {
  readonly kind: 'create' | 'update' | 'delete';
  readonly uid: string;
  readonly id: number;
  readonly documentId: string | null;
  readonly subject: string | null;
  readonly keyName: KeyName | null;
  readonly before: Values;
  readonly after: Values;
}

/** The changes of one document action, until its transaction commits. */
export class Changes {
  private readonly changes: Change[] = [];

  constructor(
    /** The document service's action; without one, what the database layer did. */
    private readonly action: string | null,
    private readonly purpose: string | undefined,
  ) {}

  add(write: VaultWrite): void {
    this.changes.push(...changesOf(write));
  }

  /**
   * The entry of this action and its payloads, sealed under the keys of whom they are about. A key that is destroyed
   * seals nothing: of who was erased no value is kept.
   */
  async draft(
    vault: Vault,
    schemas: AttributeSchemas,
    id: string,
  ): Promise<{ readonly draft: Draft; readonly payload: string | null }> {
    const names = this.changes.flatMap(({ keyName }) => (keyName === null ? [] : [keyName]));
    const keys = await vault.keys.load(new Set(names));
    const payloads: string[] = [];
    // No await in here: the keys are only good until the next turn of the event loop.
    for (const change of this.changes) {
      const key = change.keyName === null ? undefined : keys.get(change.keyName);
      if (key === undefined || key === DESTROYED) continue;
      const { uid, documentId, kind } = change;
      const place = { uid: PAYLOAD_PLACE, documentId: `${id}/${String(payloads.length)}` };
      const values = { kind, uid, documentId, id: change.id, ...difference(change) };
      payloads.push(sealRecord(values, key, xchacha20Poly1305, place));
    }
    const action = this.action ?? this.changes[0]?.kind ?? 'update';
    const draft: Draft = { action, purpose: this.purpose, records: this.recordSets(schemas) };
    if (payloads.length === 0) return { draft, payload: null };
    const payload = encodePayloads(payloads);
    return { draft: { ...draft, payload: payloadCommitment(decodePayloads(payload)) }, payload };
  }

  private recordSets(schemas: AttributeSchemas): RecordSet[] {
    const sets = new Map<string, Change[]>();
    for (const change of this.changes) {
      const key = `${change.kind} ${change.uid}`;
      sets.set(key, [...(sets.get(key) ?? []), change]);
    }
    return [...sets.values()].map((changes) => recordSetOf(changes, schemas));
  }
}

function recordSetOf(changes: readonly Change[], schemas: AttributeSchemas): RecordSet {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const sorted = [...byId.values()].sort((a, b) => a.id - b.id);
  const [{ uid, kind }] = [...sorted, ...changes] as [Change, ...Change[]];
  const attributes = new Set(changes.flatMap((change) => changedNames(change)));
  const subjects = new Set(sorted.flatMap(({ subject }) => (subject === null ? [] : [subject])));
  const schema = schemas.of(uid);
  const known = [...attributes].filter((name) => schema.attributes.includes(name));
  return {
    type: uid,
    change: kind,
    ids: packIds(byId.keys()),
    attributes: packAttributes(schema, known),
    documents: sorted.map(({ documentId }) => documentId ?? ''),
    subjects: subjects.size === 0 ? undefined : [...subjects],
  };
}

function changesOf(write: VaultWrite): Change[] {
  switch (write.kind) {
    case 'create': {
      const { kind, uid, id, documentId, subject, keyName, after } = write;
      return [{ kind, uid, id, documentId, subject, keyName, before: {}, after }];
    }
    case 'update': {
      const { id, documentId, subject, keyName, before, after } = write.update;
      const values = { before: before.values, after: after.values };
      return [{ kind: 'update', uid: write.uid, id, documentId, subject, keyName, ...values }];
    }
    case 'delete':
      return write.records.map(({ id, record }) => ({
        kind: 'delete',
        uid: write.uid,
        id,
        documentId: record?.documentId ?? null,
        subject: record?.subject ?? null,
        keyName: record?.keyName ?? null,
        before: record?.values ?? {},
        after: {},
      }));
  }
}

/** Values are what JSON makes of them; what looks the same there is no change. */
function changedNames({ before, after }: Change): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter(
    (name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null),
  );
}

function difference(change: Change): { before: Values; after: Values } {
  const names = changedNames(change);
  const only = (values: Values): Values =>
    Object.fromEntries(names.flatMap((name) => (values[name] == null ? [] : [[name, values[name]]])));
  return { before: only(change.before), after: only(change.after) };
}
