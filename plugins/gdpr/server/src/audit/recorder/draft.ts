import { randomBytes } from '../../vault';
import { clock } from '../../platform/clock';
import type { AuditEntry, RecordSet } from '../entry/entry';
import { decodePayloads, payloadCommitment } from '../entry/payloads';
import type { Event } from '../store/event-writer';

import type { Origin } from './origin';

/** An entry as its recorder knows it, before it is told who and when. */
export interface Draft {
  readonly action: string;
  readonly purpose?: string;
  readonly records?: readonly RecordSet[];
  readonly payload?: string;
  readonly details?: NonNullable<AuditEntry['details']>;
  /** Seals what must not stand in the entry itself, once the entry has its id. @returns payloads (entry/payloads.ts) */
  readonly seal?: (entryId: string) => Promise<string | null>;
}

/** Numbers the entries of one unit of work: a request, or whatever else is recorded together. */
export class EntryIds {
  private readonly unit = Buffer.from(randomBytes(9)).toString('base64url');
  private last = 0;

  next(): string {
    this.last += 1;
    return `${this.unit}-${String(this.last)}`;
  }
}

/** The entry of a draft, and what is sealed beside it. */
export async function eventOf(draft: Draft, id: string, origin: Origin): Promise<Event> {
  const payload = (await draft.seal?.(id)) ?? null;
  if (payload === null) return { entry: completed(draft, id, origin) };
  const committed = { ...draft, payload: payloadCommitment(decodePayloads(payload)) };
  return { entry: completed(committed, id, origin), payload };
}

export function completed(draft: Draft, id: string, origin: Origin): AuditEntry {
  return {
    v: 1,
    id,
    time: clock.now().getTime(),
    action: draft.action,
    actor: origin.actor,
    source: origin.source,
    name: origin.name,
    ip: origin.ip,
    purpose: draft.purpose,
    records: draft.records === undefined || draft.records.length === 0 ? undefined : [...draft.records],
    payload: draft.payload,
    details: draft.details,
  };
}
