import { open } from 'node:fs/promises';

import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { inTransaction, lockRows, tables } from '../../platform/database/connection';
import type { Settings } from '../../platform/settings';

import { Checkpoints, type StoredCheckpoint } from './checkpoints';
import { WITNESSES } from './tables';

type WitnessSetting = Settings['audit']['witnesses'][number];

export type MailWitness = Extract<WitnessSetting, { readonly mail: unknown }>;

/** Sends checkpoints by mail. The mail room is above this one, so it is registered. */
export interface CheckpointMailer {
  /** Accepts a mail, in the transaction that is running: it leaves if and only if that commits. */
  send(checkpoint: StoredCheckpoint, to: MailWitness): Promise<void>;
  /** Why the last one has not arrived; `null` when it has. */
  undelivered(): Promise<string | null>;
}

/** What a witness has of the log. */
export interface WitnessState {
  readonly name: string;
  readonly size: number;
  readonly deliveredAt: Date | null;
  /** Why the last attempt failed. */
  readonly failure: string | null;
}

interface Row {
  readonly name: string;
  readonly size: number | string;
  readonly delivered_at: number | string;
  readonly failure: string | null;
  readonly tried_at: number | string;
}

const TIMEOUT = 10_000;
/** After a failure a witness is left in peace for so long, in ms. */
const RETRY = 30_000;

/**
 * Gives copies of checkpoints to those who keep them elsewhere. With them, not even whoever has the database and the
 * signing key can rewrite what was there before. Each gets the latest at least once; some may be passed over, since a
 * later one proves all before.
 */
export class Witnesses {
  private mailer: CheckpointMailer | null = null;
  private readonly checkpoints: Checkpoints;

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly settings: readonly WitnessSetting[],
  ) {
    this.checkpoints = new Checkpoints(strapi);
  }

  registerMailer(mailer: CheckpointMailer): void {
    this.mailer = mailer;
  }

  /** @returns how many witnesses were given something */
  async deliver(): Promise<number> {
    const last = this.settings.length === 0 ? null : await this.checkpoints.last();
    if (last === null) return 0;
    const from = await tables(this.strapi);
    const rows = new Map(((await from(WITNESSES).select('*')) as Row[]).map((row) => [row.name, row]));
    let delivered = 0;
    for (const witness of this.settings) {
      const name = nameOf(witness);
      const row = rows.get(name);
      if (!this.isDue(witness, row, last)) continue;
      const failure = await this.attempt(witness, last);
      // A mail is settled with its acceptance.
      if (failure !== null || !('mail' in witness)) await this.settle(name, row, last, failure);
      if (failure === null) delivered += 1;
      else this.strapi.log.warn(`gdpr: the witness ${name} did not take a checkpoint: ${failure}.`);
    }
    return delivered;
  }

  async states(): Promise<WitnessState[]> {
    const from = await tables(this.strapi);
    const rows = new Map(((await from(WITNESSES).select('*')) as Row[]).map((row) => [row.name, row]));
    const undelivered = (await this.mailer?.undelivered()) ?? null;
    return this.settings.map((witness) => {
      const name = nameOf(witness);
      const row = rows.get(name);
      const at = Number(row?.delivered_at ?? 0);
      return {
        name,
        size: Number(row?.size ?? 0),
        deliveredAt: at === 0 ? null : new Date(at),
        failure: row?.failure ?? ('mail' in witness ? undelivered : null),
      };
    });
  }

  private isDue(witness: WitnessSetting, row: Row | undefined, last: StoredCheckpoint): boolean {
    if (row === undefined) return true;
    if (Number(row.size) >= last.size) return false;
    const now = clock.now().getTime();
    const wait = row.failure !== null ? RETRY : 'mail' in witness ? witness.interval : 0;
    const since = now - Number(row.failure !== null ? row.tried_at : row.delivered_at);
    return since < 0 || since >= wait;
  }

  /** @returns what went wrong, in a few words that repeat nothing a server said */
  private async attempt(witness: WitnessSetting, checkpoint: StoredCheckpoint): Promise<string | null> {
    try {
      if ('file' in witness) await append(witness.file, checkpoint.note);
      else if ('url' in witness) await post(witness.url, checkpoint.note);
      else if (this.mailer === null) return 'no mailer is registered';
      else await this.mail(this.mailer, witness, checkpoint);
      return null;
    } catch (error) {
      if (error instanceof WitnessRefusal) return error.message;
      return codeOf(error) ?? 'failed';
    }
  }

  /** Under the lock of the witness's row: of several nodes one mails, and one that is killed has mailed or has not. */
  private async mail(
    mailer: CheckpointMailer,
    witness: MailWitness,
    checkpoint: StoredCheckpoint,
  ): Promise<void> {
    const name = nameOf(witness);
    await inTransaction(this.strapi, async () => {
      const from = await tables(this.strapi);
      await from(WITNESSES)
        .insert({ name, size: 0, delivered_at: 0, failure: null, tried_at: 0 })
        .onConflict('name')
        .ignore();
      const row = (await lockRows(this.strapi, from(WITNESSES).where({ name })).first()) as Row | undefined;
      if (!this.isDue(witness, row, checkpoint)) return;
      await mailer.send(checkpoint, witness);
      await this.settle(name, row, checkpoint, null);
    });
  }

  private async settle(
    name: string,
    row: Row | undefined,
    last: StoredCheckpoint,
    failure: string | null,
  ): Promise<void> {
    const now = clock.now().getTime();
    const state =
      failure === null
        ? { size: last.size, delivered_at: now, failure: null, tried_at: now }
        : {
            size: Number(row?.size ?? 0),
            delivered_at: Number(row?.delivered_at ?? 0),
            failure: failure.slice(0, 190),
            tried_at: now,
          };
    const from = await tables(this.strapi);
    await from(WITNESSES)
      .insert({ name, ...state })
      .onConflict('name')
      .merge(state);
  }
}

/** The system's code of an error. That of a request over the network stands in its cause. */
function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : null;
}

class WitnessRefusal extends Error {}

function nameOf(witness: WitnessSetting): string {
  if ('file' in witness) return `file:${witness.file}`.slice(0, 190);
  return 'url' in witness ? `url:${witness.url}`.slice(0, 190) : 'mail';
}

/** Appends and waits until it is on the disk. */
async function append(file: string, note: string): Promise<void> {
  const handle = await open(file, 'a', 0o640);
  try {
    await handle.writeFile(`${note}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function post(url: string, note: string): Promise<void> {
  const { status, ok } = await fetch(url, {
    method: 'POST',
    // Deliveries are seconds apart: a connection that is kept is one that the witness may be closing right now.
    headers: { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' },
    body: note,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!ok) throw new WitnessRefusal(`it answered ${String(status)}`);
}
