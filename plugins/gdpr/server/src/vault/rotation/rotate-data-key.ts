import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { inWriteTransaction, tables } from '../../platform/database/connection';
import { GdprError } from '../../platform/errors';
import type { RunKind, RunStep } from '../../platform/runs';

import { DataKey } from '../data-key';
import { encodeEnvelope, type KeyName, keyName } from '../envelope';
import type { KeyRow } from '../key-store';
import { type ProtectedType, SEALED } from '../protected-types';
import { keyNameOf } from '../record-sealer';
import { NOTICED, waitedUntil } from '../remembered';
import { suites } from '../suites';
import { BLIND_INDEX } from '../tables';
import type { Vault } from '../vault';

import { RecordResealer } from './record-resealer';

interface SealedRow {
  readonly id: number;
  readonly sealed: string | null;
}

export const ROTATE_DATA_KEY = 'rotate-data-key';
const BATCH = 100;

/** Where a rotation is: `phase:new key:type:last id`, or `wait:new key:time`. */
interface Position {
  readonly phase: string;
  readonly keyId: string;
  readonly type: number;
  readonly after: number;
}

/**
 * Gives a data subject a new key and seals every record of the person anew, while they are read and written.
 *
 * 1. A new key: from here on new records are sealed under it.
 * 2. `pass`: the records that the index knows as this person's, type by type.
 * 3. `scan`: whatever else is sealed under an old key, found by the key's id in the envelope: the old key is about to
 *    go, and must not take a record with it that the index has lost.
 * 4. `wait`: until nobody is left who has read a row before 2 and not yet asked for its key.
 * 5. `end`: with new records of this person held back for a moment, one look that nothing is under an old key any more;
 *    then the old keys are destroyed. If there is something, 2 begins again.
 *
 * The target of the run is the `documentId` of the data subject.
 */
export function rotateDataKey(strapi: Core.Strapi, vault: Vault): RunKind {
  const types = vault.types.all();
  const resealer = new RecordResealer(strapi, vault.keys, vault.suite);

  async function begin(subject: string): Promise<string> {
    const [newest] = await vault.keyStore.keysOf(subject);
    if (newest === undefined) throw hasNoKey(subject);
    const key = DataKey.generate(subject);
    // Later than the one before, also within the same millisecond: the newest is the one in use.
    await vault.keys.store(key, Math.max(clock.now().getTime(), newest.created_at + 1));
    return key.id.toString('hex');
  }

  async function oldKeys(subject: string, keyId: string): Promise<readonly KeyRow[]> {
    const rows = await vault.keyStore.keysOf(subject);
    return rows.filter(({ id }) => id.toString('hex') !== keyId);
  }

  async function walk(subject: string, position: Position): Promise<RunStep> {
    const { phase, keyId, after } = position;
    const type = types[position.type];
    if (type === undefined) {
      const next = phase === 'pass' ? at('scan', keyId, 0, 0) : `wait:${keyId}:${waitUntil()}`;
      return { cursor: next, done: 0 };
    }
    const old = await oldKeys(subject, keyId);
    const ids =
      phase === 'pass' ? await idsOf(type, subject, after, BATCH) : await idsUnder(type, old, after, BATCH);
    const done = await resealer.reseal(type, ids, namesOf(old), keyName(Buffer.from(keyId, 'hex')));
    const last = ids.at(-1);
    const isOver = last === undefined || ids.length < BATCH;
    return {
      cursor: isOver ? at(phase, keyId, position.type + 1, 0) : at(phase, keyId, position.type, last),
      done,
    };
  }

  /** The ids of a person's records, as the index knows them. */
  async function idsOf(
    type: ProtectedType,
    subject: string,
    after: number,
    limit: number,
  ): Promise<number[]> {
    const from = await tables(strapi);
    if (type.subject !== null && 'self' in type.subject) {
      const query = from(type.table)
        .select('id')
        .where({ [type.place.column]: subject });
      const rows = (await query.where('id', '>', after).orderBy('id').limit(limit)) as { id: number }[];
      return rows.map(({ id }) => id);
    }
    const { scope, token } = vault.index.subjectToken(type, subject);
    const rows = (await from(BLIND_INDEX)
      .select('entity_id')
      .where({ scope, token })
      .where('entity_id', '>', after)
      .orderBy('entity_id')
      .limit(limit)) as { entity_id: number }[];
    return rows.map(({ entity_id: id }) => id);
  }

  /** The ids of all rows that name one of these keys, through the whole table. */
  async function idsUnder(
    type: ProtectedType,
    keys: readonly KeyRow[],
    after: number,
    limit: number,
  ): Promise<number[]> {
    if (keys.length === 0) return [];
    const from = await tables(strapi);
    const rows = (await from(type.table)
      .select('id')
      .where('id', '>', after)
      .where((any) => {
        for (const start of keys.flatMap(({ id }) => envelopeStarts(id)))
          void any.orWhere(SEALED, 'like', `${start}%`);
      })
      .orderBy('id')
      .limit(limit)) as { id: number }[];
    return rows.map(({ id }) => id);
  }

  async function end(subject: string, keyId: string): Promise<RunStep> {
    const old = await oldKeys(subject, keyId);
    const fresh = keyName(Buffer.from(keyId, 'hex'));
    const outcome = await inWriteTransaction(strapi, async () => {
      await vault.keyStore.lockSubject(subject);
      for (const type of types) {
        const ids = await recordsUnder(type, subject, namesOf(old));
        if (ids.length > 0) return { left: { type, ids } };
      }
      const released = await vault.keyHolders.release(
        subject,
        old.map(({ id }) => id),
        fresh,
      );
      await vault.keyStore.destroy(released);
      return { destroyed: released };
    });
    if ('destroyed' in outcome && outcome.destroyed !== undefined) {
      const { destroyed } = outcome;
      vault.keys.drop(destroyed);
      const detail = { subject, destroyed: destroyed.length };
      await vault.reportKeyOperation({ operation: 'data-key-rotated', detail });
      return { cursor: null, done: 0 };
    }
    const { type, ids } = outcome.left;
    const done = await resealer.reseal(type, ids, namesOf(old), fresh);
    if (done === 0) throw doesNotOpen(type, ids);
    return { cursor: at('pass', keyId, 0, 0), done };
  }

  /** Some of the records that are still under an old key. */
  async function recordsUnder(
    type: ProtectedType,
    subject: string,
    old: ReadonlySet<KeyName>,
  ): Promise<readonly number[]> {
    const from = await tables(strapi);
    let after = 0;
    for (;;) {
      const ids = await idsOf(type, subject, after, BATCH);
      const rows = (await from(type.table).select('id', SEALED).whereIn('id', ids)) as SealedRow[];
      const found = rows.filter(({ sealed }) => isUnder(sealed, old)).map(({ id }) => id);
      const last = ids.at(-1);
      if (found.length > 0 || last === undefined || ids.length < BATCH) return found;
      after = last;
    }
  }

  return {
    name: ROTATE_DATA_KEY,

    async total(subject) {
      let total = 0;
      for (const type of types) {
        const from = await tables(strapi);
        if (type.subject !== null && 'self' in type.subject) {
          total += 1;
          continue;
        }
        const { scope, token } = vault.index.subjectToken(type, subject);
        const query = from(BLIND_INDEX).where({ scope, token }).count({ number: '*' }).first();
        total += Number(((await query) as { number: number | string } | undefined)?.number ?? 0);
      }
      return total;
    },

    async step(subject, cursor): Promise<RunStep> {
      if (cursor === null) return { cursor: at('pass', await begin(subject), 0, 0), done: 0 };
      const [phase = '', keyId = '', first = '0', second = '0'] = cursor.split(':');
      if (phase === 'wait') {
        return { cursor: (await waitedUntil(Number(first))) ? `end:${keyId}` : cursor, done: 0 };
      }
      if (phase === 'end') return end(subject, keyId);
      return walk(subject, { phase, keyId, type: Number(first), after: Number(second) });
    },
  };
}

export function hasNoKey(subject: string): GdprError {
  return new GdprError(
    'key-rotation-refused',
    `There is no data key of a data subject ${subject}: give the documentId of a data subject who has records.`,
  );
}

function doesNotOpen(type: ProtectedType, ids: readonly number[]): GdprError {
  return new GdprError(
    'record-not-authentic',
    `${String(ids.length)} records of ${type.uid} do not open (row ${String(ids[0])}, for one): they were changed outside ` +
      'of Strapi, so the old key was kept; restore or delete them and rotate again.',
  );
}

/** How every envelope under this key begins, in base64, for each suite: version, suite and the first bytes of its id. */
function envelopeStarts(keyId: Buffer): string[] {
  return suites.map((suite) => {
    const text = encodeEnvelope({
      suite,
      keyName: keyName(keyId),
      nonce: new Uint8Array(),
      sealed: new Uint8Array(),
    });
    // Of 34 bytes 33 fill whole groups of four characters; the last one shares a group with the nonce.
    return text.slice(0, 44);
  });
}

function isUnder(sealed: string | null, keys: ReadonlySet<KeyName>): boolean {
  const name = sealed === null ? null : keyNameOf(sealed);
  return name !== null && keys.has(name);
}

const namesOf = (keys: readonly KeyRow[]): ReadonlySet<KeyName> => new Set(keys.map(({ id }) => keyName(id)));
const at = (phase: string, keyId: string, type: number, after: number): string =>
  `${phase}:${keyId}:${String(type)}:${String(after)}`;
const waitUntil = (): string => String(clock.now().getTime() + NOTICED);
