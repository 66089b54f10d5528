import type { Core } from '@strapi/types';

import { insertRows, type Row } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import { GdprError } from '../../platform/errors';
import { type AuditEntry, leafData } from '../entry/entry';

import { QUEUE } from './tables';

/** An entry on its way into the queue, with what was sealed beside it. */
export interface Event {
  readonly entry: AuditEntry;
  readonly payload?: string | null;
}

/** Entries of one INSERT. */
const BATCH = 200;

interface Waiting {
  readonly row: Row;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes entries into the queue that the sealer empties. What it has returned from is committed, or in the transaction
 * that was running; an entry that cannot be written is an error, and whoever asked must not go on.
 */
export class EventWriter {
  private waiting: Waiting[] = [];
  private isWriting = false;

  constructor(private readonly strapi: Core.Strapi) {}

  /** Writes inside the transaction that is running. */
  async insert(events: readonly Event[]): Promise<void> {
    try {
      for (const part of chunk(events, BATCH)) await insertRows(this.strapi, QUEUE, part.map(rowOf));
    } catch (error) {
      throw this.failure(error);
    }
  }

  /**
   * Writes outside of any transaction. Those who come while a write is under way share the next one: of many readers
   * at once each waits for one commit, not for all before it.
   */
  async commit(events: readonly Event[]): Promise<void> {
    if (events.length === 0) return;
    const written = events.map(
      (event) =>
        new Promise<void>((resolve, reject) => {
          this.waiting.push({ row: rowOf(event), resolve, reject });
        }),
    );
    if (!this.isWriting) void this.writeWaiting();
    try {
      await Promise.all(written);
    } catch (error) {
      throw this.failure(error);
    }
  }

  private async writeWaiting(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, BATCH);
      try {
        await insertRows(
          this.strapi,
          QUEUE,
          group.map(({ row }) => row),
        );
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.isWriting = false;
  }

  /** Only the database's code goes on: its message may quote what was to be written. */
  private failure(error: unknown): GdprError {
    if (error instanceof GdprError) return error;
    const failure = auditUnavailable(error);
    this.strapi.log.error(`gdpr: ${failure.message}`);
    return failure;
  }
}

/** Why nothing personal is read or changed now. Of the error only its code: its message may quote values. */
export function auditUnavailable(error: unknown): GdprError {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  return new GdprError('audit-unavailable', unavailableSentence(code));
}

function unavailableSentence(code: string): string {
  return (
    `The access to personal data was refused, because it cannot be written to the audit trail (${code}): ` +
    `make the database writable and see that the table ${QUEUE} is there.`
  );
}

function rowOf({ entry, payload = null }: Event): Row {
  return { entry: leafData(entry), payload };
}
