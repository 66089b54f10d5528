import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { insertRows, tables } from '../../platform/database/connection';

import { CHECKPOINTS } from './tables';

export interface StoredCheckpoint {
  readonly size: number;
  /** The signed note. */
  readonly note: string;
  readonly createdAt: Date;
}

interface Row {
  readonly size: number | string;
  readonly note: string;
  readonly created_at: number | string;
}

/** The checkpoints that were published, in the order of their publication. */
export class Checkpoints {
  constructor(private readonly strapi: Core.Strapi) {}

  async last(): Promise<StoredCheckpoint | null> {
    const from = await tables(this.strapi);
    const row = (await from(CHECKPOINTS).orderBy('size', 'desc').orderBy('id', 'desc').first()) as
      Row | undefined;
    return row === undefined ? null : checkpointOf(row);
  }

  /** Those of sizes above `after` and up to `upTo`, by size. */
  async between(after: number, upTo: number): Promise<StoredCheckpoint[]> {
    const from = await tables(this.strapi);
    const rows = (await from(CHECKPOINTS)
      .where('size', '>', after)
      .where('size', '<=', upTo)
      .orderBy('size')
      .orderBy('id')) as Row[];
    return rows.map(checkpointOf);
  }

  async add(size: number, note: string): Promise<void> {
    await insertRows(this.strapi, CHECKPOINTS, [{ size, note, created_at: clock.now().getTime() }]);
  }
}

function checkpointOf({ size, note, created_at }: Row): StoredCheckpoint {
  return { size: Number(size), note, createdAt: new Date(Number(created_at)) };
}
