import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import { insertIfAbsent, tables } from '../platform/database/connection';
import { createTable } from '../platform/database/create-table';

import { type ProtectedType, type ProtectedTypes } from './protected-types';
import { wherePending } from './unsealed-rows';

export const PROTECTED_TYPES = 'gdpr_protected_types';

/**
 * How the rows of a protected type are stored:
 *
 * - `sealed`: every row is sealed; filters go by the blind index alone.
 * - `sealing`: the type was annotated after its table was filled. New rows are sealed, old ones may wait for it.
 * - `clear`: somebody takes the type out of the vault. New rows are plain, old ones may still be sealed.
 */
export type ProtectionMode = 'sealed' | 'sealing' | 'clear';

/** Each process looks so often at what others have decided, in ms. */
const REFRESH_INTERVAL = 2_000;
/** A query is never planned on knowledge older than this, in ms. */
const MAX_AGE = 4_000;
/** After so many ms every process acts on a mode that was announced: longer than {@link MAX_AGE}. */
const SETTLING_TIME = 6_000;

interface StateRow {
  readonly uid: string;
  readonly mode: ProtectionMode;
  readonly table_name: string;
  readonly attributes: string;
}

/** What the database remembers of a type that was protected once. */
export interface RememberedType {
  readonly uid: string;
  readonly table: string;
  readonly mode: ProtectionMode;
  readonly attributes: readonly string[];
}

export async function createProtectionStates(strapi: Core.Strapi): Promise<void> {
  await createTable(strapi, PROTECTED_TYPES, (table) => {
    table.string('uid', 190).notNullable().primary();
    table.string('mode', 16).notNullable();
    table.string('table_name', 190).notNullable();
    table.text('attributes').notNullable();
    table.bigInteger('changed_at').notNullable();
  });
}

export async function rememberedTypes(strapi: Core.Strapi): Promise<RememberedType[]> {
  const from = await tables(strapi);
  const rows = (await from(PROTECTED_TYPES).select('*')) as StateRow[];
  return rows.map(({ uid, mode, table_name: table, attributes }) => ({
    uid,
    mode,
    table,
    attributes: JSON.parse(attributes) as string[],
  }));
}

/**
 * The mode of every protected type, shared by all processes on one database through a table.
 *
 * A change is announced before it is acted on: whoever changes a mode waits {@link SETTLING_TIME}, and no process
 * plans a query on what it knew more than {@link MAX_AGE} ago. So while rows leave the vault, every node already reads
 * and filters as if both kinds were there.
 */
export class ProtectionStates {
  private modes: ReadonlyMap<string, ProtectionMode> = new Map();
  private readAt = 0;
  private refreshing: Promise<void> | null = null;
  /** Types that were protected in the same way before this boot, so that their guard should be there. */
  readonly settled = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly strapi: Core.Strapi) {
    this.timer = setInterval(() => void this.refresh().catch(() => undefined), REFRESH_INTERVAL).unref();
  }

  /** Looks at every table once: what is stored decides, whatever was remembered. */
  static async open(strapi: Core.Strapi, types: ProtectedTypes): Promise<ProtectionStates> {
    await createProtectionStates(strapi);
    const states = new ProtectionStates(strapi);
    const before = new Map((await rememberedTypes(strapi)).map((one) => [one.uid, one] as const));
    for (const type of types.all()) {
      const mode = (await holdsPending(strapi, type)) ? 'sealing' : 'sealed';
      const known = before.get(type.uid);
      const isSame = known?.table === type.table && known.attributes.join() === type.names.join();
      if (isSame && known.mode !== 'clear') states.settled.add(type.uid);
      await states.remember(type, mode);
    }
    await states.refresh();
    return states;
  }

  mode(uid: string): ProtectionMode {
    return this.modes.get(uid) ?? 'sealed';
  }

  /** Whether a table may hold rows with values in their own columns. */
  holdsPlaintext({ uid }: ProtectedType): boolean {
    return this.mode(uid) !== 'sealed';
  }

  /** Whether new values of this type are stored in their own columns. */
  isClear({ uid }: ProtectedType): boolean {
    return this.mode(uid) === 'clear';
  }

  /** Call it before a query is planned. Inside a transaction what is known has to do. */
  async ensureFresh(): Promise<void> {
    if (performance.now() - this.readAt < MAX_AGE || this.strapi.db.inTransaction()) return;
    await this.refresh();
  }

  /** Stores a mode. It counts for this process at once, for the others after {@link settle}. */
  async announce(type: ProtectedType, mode: ProtectionMode): Promise<void> {
    const from = await tables(this.strapi);
    await from(PROTECTED_TYPES).where({ uid: type.uid }).update(rowOf(type, mode));
    await this.refresh();
  }

  /** Returns when every process on this database acts on what was announced before. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, SETTLING_TIME));
    await this.refresh();
  }

  /** Every row is sealed now. Nobody has to be waited for: who does not know it yet looks in both places. */
  async publishSealed(type: ProtectedType): Promise<void> {
    const from = await tables(this.strapi);
    await from(PROTECTED_TYPES)
      .where({ uid: type.uid, mode: 'sealing' })
      .update({ mode: 'sealed', changed_at: clock.now().getTime() });
    await this.refresh();
  }

  close(): void {
    clearInterval(this.timer);
  }

  refresh(): Promise<void> {
    this.refreshing ??= this.read().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    const from = await tables(this.strapi);
    const rows = (await from(PROTECTED_TYPES).select('*')) as StateRow[];
    this.modes = new Map(rows.map(({ uid, mode }) => [uid, mode]));
    this.readAt = startedAt;
  }

  /** A type on its way out stays there until `seal` takes it back. */
  private async remember(type: ProtectedType, mode: ProtectionMode): Promise<void> {
    const row = rowOf(type, mode);
    if (await insertIfAbsent(this.strapi, PROTECTED_TYPES, row, ['uid'])) return;
    const from = await tables(this.strapi);
    const { uid, mode: _mode, ...rest } = row;
    await from(PROTECTED_TYPES).where({ uid }).update(rest);
    await from(PROTECTED_TYPES).where({ uid }).whereNot({ mode: 'clear' }).update({ mode });
  }
}

function rowOf(
  type: ProtectedType,
  mode: ProtectionMode,
): { uid: string; mode: string; table_name: string; attributes: string; changed_at: number } {
  return {
    uid: type.uid,
    mode,
    table_name: type.table,
    attributes: JSON.stringify(type.names),
    changed_at: clock.now().getTime(),
  };
}

async function holdsPending(strapi: Core.Strapi, type: ProtectedType): Promise<boolean> {
  const from = await tables(strapi);
  const query = from(type.table).where((row) => wherePending(row, type));
  return (await query.select('id').first()) !== undefined;
}
