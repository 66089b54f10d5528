import { AsyncLocalStorage } from 'node:async_hooks';

import type { Core } from '@strapi/types';

import { tables } from '../platform/database/connection';

import { type ProtectedType, SEALED } from './protected-types';
import { isPlainObject } from './query-rewriter';

interface Lifecycles {
  disable(): void;
  enable(): void;
}

/**
 * Tells what Strapi's data transfer (`import`, `transfer`) does from what everybody else does meanwhile: it is the only
 * one that may write a sealed record as it stands, and it opens none. From anybody else `sealed` is no attribute and is
 * left out: with it, who may write a record could put back an older state of it, or make it unreadable.
 *
 * A transfer disables the lifecycles of the whole process, and right after, in the same step, begins the transaction in
 * which it does all its work. So the mark that is set here follows that work, and nothing else: a live server goes on
 * answering, and its jobs go on.
 */
export class DataTransfer {
  private readonly mark = new AsyncLocalStorage<true>();
  private readonly ledgers = new Set<string>();
  private isRunning = false;

  constructor(private readonly strapi: Core.Strapi) {
    const lifecycles: Lifecycles = strapi.db.lifecycles;
    const [disable, enable] = [lifecycles.disable.bind(lifecycles), lifecycles.enable.bind(lifecycles)];
    lifecycles.disable = () => {
      this.isRunning = true;
      this.mark.enterWith(true);
      disable();
    };
    lifecycles.enable = () => {
      this.isRunning = false;
      enable();
    };
  }

  /** Whether what is being done is part of a transfer into this instance. */
  isUnderWay(): boolean {
    return this.isRunning && this.mark.getStore() === true;
  }

  /** Whether this row arrives sealed by a transfer, with its protected columns empty. */
  carries(type: ProtectedType, data: Readonly<Record<string, unknown>>): boolean {
    if (typeof data[SEALED] !== 'string' || !this.isUnderWay()) return false;
    return type.names.every((name) => data[name] === null || data[name] === undefined);
  }

  /** Makes a type one whose rows no transfer replaces: it adds to them what is missing, by `documentId`. */
  addLedger(uid: string): void {
    this.ledgers.add(uid);
  }

  /**
   * What a transfer gets in place of an operation on a ledger; `undefined` when the operation is to run.
   *
   * A transfer deletes everything first, of all types at once, and when one deletion is refused it rolls back while the
   * others go on, and they are then outside of the transaction. So a ledger must not refuse: it has to be left alone.
   */
  async insteadOf(operation: string, uid: string, params: object): Promise<{ result: unknown } | undefined> {
    if (!this.ledgers.has(uid) || !this.isUnderWay()) return undefined;
    if (operation === 'delete' || operation === 'deleteMany') return { result: { count: 0 } };
    if (operation !== 'create' || !('data' in params) || !isPlainObject(params.data)) return undefined;
    const from = await tables(this.strapi);
    const { tableName } = this.strapi.db.metadata.get(uid);
    const documentId = String(params.data['documentId']);
    const row: unknown = await from(tableName).select('id').where({ document_id: documentId }).first();
    return row === undefined ? undefined : { result: row };
  }
}
