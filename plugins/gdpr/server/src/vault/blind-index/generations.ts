import type { Core } from '@strapi/types';

import { inWriteTransaction, lockRows, raw, tables } from '../../platform/database/connection';
import { createTable } from '../../platform/database/create-table';
import { dialectOf } from '../../platform/database/dialect';
import { GdprError } from '../../platform/errors';
import { NOTICE, Remembered } from '../remembered';
import type { SystemKeys } from '../system-keys';

import { GenerationTokens } from './generation-tokens';

const INDEX_STATE = 'gdpr_index_state';
/** The first half of PostgreSQL's advisory lock; the second is the epoch. Chosen once, at random. */
const ADVISORY_CLASS = 1_414_025_303;

const STATE_FIELDS = ['serving', 'building', 'retiring'] as const;

/** What the nodes agree on: which generation of the index answers searches, and which are written. */
export interface IndexState {
  /** Counts the changes of this state. */
  readonly epoch: number;
  /** Answers searches, and decides what is unique. */
  readonly serving: number;
  /** Written beside it: the next, while it is being filled, or the last, until nobody searches in it any more. */
  readonly building: number | null;
  readonly retiring: number | null;
}

/** One {@link IndexState} with the tokens it takes. */
export interface Generations {
  readonly state: IndexState;
  readonly serving: GenerationTokens;
  /** All that are written, the serving one first. */
  readonly written: readonly GenerationTokens[];
}

/**
 * The generations of the blind index. There is one, except while the index key is being rotated; its number is in the
 * name of its key (`blind-index-1`).
 *
 * Nodes read the state every {@link NOTICE} ms. That is enough for searches, because the generation before is written
 * for longer than that. A write takes one lock more for its transaction: a change of the state waits for those who
 * still write by the one before, so that no record is committed without the tokens it should have.
 */
export class IndexGenerations {
  private readonly remembered: Remembered<Generations>;
  private readonly tokens = new Map<number, GenerationTokens>();
  private readonly held = new WeakMap<object, Promise<Generations>>();
  private latest: Generations;

  private constructor(
    private readonly strapi: Core.Strapi,
    private readonly systemKeys: SystemKeys,
    first: Generations,
  ) {
    this.latest = first;
    this.remembered = new Remembered(() => this.read());
  }

  static async open(strapi: Core.Strapi, systemKeys: SystemKeys): Promise<IndexGenerations> {
    await createTable(strapi, INDEX_STATE, (table) => {
      table.integer('id').notNullable().primary();
      table.integer('epoch').notNullable();
      table.integer('serving').notNullable();
      table.integer('building').nullable();
      table.integer('retiring').nullable();
    });
    const from = await tables(strapi);
    await from(INDEX_STATE)
      .insert({ id: 1, epoch: 1, serving: 1, building: null, retiring: null })
      .onConflict('id')
      .ignore();
    const state = await readState(strapi);
    const serving = await tokensOf(systemKeys, state.serving);
    const generations = new IndexGenerations(strapi, systemKeys, { state, serving, written: [serving] });
    await generations.remembered.value();
    return generations;
  }

  /** As last read: for what cannot wait. {@link current} and {@link hold} see to it that it is not old. */
  get known(): Generations {
    return this.latest;
  }

  /** As it is now, give or take {@link NOTICE} ms; before a search. */
  async current(): Promise<Generations> {
    return this.remembered.value();
  }

  /** As it is until the current transaction ends; before a write. */
  async hold(): Promise<Generations> {
    if (!this.strapi.db.inTransaction()) return this.current();
    const transaction = (await this.strapi.db.transaction()).get();
    let held = this.held.get(transaction);
    if (held === undefined) {
      held = this.take();
      this.held.set(transaction, held);
    }
    return held;
  }

  private async take(): Promise<Generations> {
    switch (dialectOf(this.strapi)) {
      case 'mysql': {
        const query = (await tables(this.strapi))(INDEX_STATE).select('epoch').where({ id: 1 }).forShare();
        const [row] = (await query) as { epoch: number }[];
        if (row?.epoch !== this.latest.state.epoch) this.remembered.forget();
        return this.remembered.value();
      }
      case 'postgres':
        for (;;) {
          const before = performance.now();
          const generations = await this.remembered.value();
          await raw(this.strapi, 'SELECT pg_advisory_xact_lock_shared(?, ?)', [
            ADVISORY_CLASS,
            generations.state.epoch,
          ]);
          // Whoever was stopped in between holds a lock that nobody waits for any more.
          if (performance.now() - before < NOTICE) return generations;
          this.remembered.forget();
        }
      case 'sqlite':
        // One writer at a time: what was read before another process changed it cannot be committed.
        return this.remembered.value();
    }
  }

  /** Changes the state; afterwards nobody writes by the one before, once {@link NOTICED} ms have passed and `barrier` returned. */
  async change(to: (state: IndexState) => Omit<IndexState, 'epoch'>): Promise<void> {
    await inWriteTransaction(this.strapi, async () => {
      const from = await tables(this.strapi);
      const state = await readState(this.strapi, true);
      const next = to(state);
      if (STATE_FIELDS.every((field) => next[field] === state[field])) return;
      await from(INDEX_STATE)
        .where({ id: 1 })
        .update({
          serving: next.serving,
          building: next.building,
          retiring: next.retiring,
          epoch: state.epoch + 1,
        });
    });
    this.remembered.forget();
    await this.current();
  }

  /** Waits for transactions that write by an earlier state. */
  async barrier(): Promise<void> {
    const { epoch } = (await this.current()).state;
    await inWriteTransaction(this.strapi, async () => {
      const dialect = dialectOf(this.strapi);
      if (dialect === 'postgres') {
        for (const before of [epoch - 3, epoch - 2, epoch - 1]) {
          await raw(this.strapi, 'SELECT pg_advisory_xact_lock(?, ?)', [ADVISORY_CLASS, before]);
        }
      } else if (dialect === 'mysql') {
        await readState(this.strapi, true);
      }
    });
  }

  /** The key of a generation that nobody uses any more. */
  async forgetKey(generation: number): Promise<void> {
    this.tokens.get(generation)?.wipe();
    this.tokens.delete(generation);
    await this.systemKeys.destroy(keyNameOf(generation));
  }

  async tokensOf(generation: number): Promise<GenerationTokens> {
    let tokens = this.tokens.get(generation);
    if (tokens === undefined) {
      tokens = await tokensOf(this.systemKeys, generation);
      this.tokens.set(generation, tokens);
    }
    return tokens;
  }

  private async read(): Promise<Generations> {
    const state = await readState(this.strapi);
    const { serving, building, retiring } = state;
    const written: GenerationTokens[] = [];
    for (const number of [serving, building, retiring]) {
      if (number !== null) written.push(await this.tokensOf(number));
    }
    const [first] = written;
    if (first === undefined) throw new Error('No generation of the index serves.');
    const generations = { state, serving: first, written };
    // A transaction that began before the last change still reads what was before it.
    if (state.epoch >= this.latest.state.epoch) this.latest = generations;
    return this.latest;
  }
}

async function readState(strapi: Core.Strapi, locked = false): Promise<IndexState> {
  const from = await tables(strapi);
  const query = from(INDEX_STATE).select('epoch', 'serving', 'building', 'retiring').where({ id: 1 });
  const [state] = (await (locked ? lockRows(strapi, query) : query)) as IndexState[];
  if (state === undefined) {
    throw new GdprError('data-key-missing', 'The table gdpr_index_state is empty: restore it from a backup.');
  }
  return state;
}

async function tokensOf(systemKeys: SystemKeys, generation: number): Promise<GenerationTokens> {
  return new GenerationTokens(generation, await systemKeys.get(keyNameOf(generation)));
}

const keyNameOf = (generation: number): string => `blind-index-${String(generation)}`;
