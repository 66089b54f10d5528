import type { Core } from '@strapi/types';

import type { Recorder } from './recorder';

interface Callbacks {
  readonly commit: () => Promise<void>;
  readonly rollback: () => Promise<void>;
}

type Work = (callbacks: Callbacks) => Promise<unknown>;
type Transaction = (work?: Work) => Promise<unknown>;

/**
 * Puts the recorder into Strapi's transactions: the entries of a change are its last statement before the commit, one
 * for all rows that a document action writes. Strapi has callbacks for after a commit and none for before, so its
 * `transaction` is wrapped, as the vault wraps the entity manager (docs/decisions/0001-innermost-lifecycle.md).
 */
export function recordTransactions(strapi: Core.Strapi, recorder: Recorder): void {
  const database = strapi.db as unknown as { transaction: Transaction };
  const original = database.transaction.bind(strapi.db);
  database.transaction = (work) => {
    // Without work somebody opens one by hand, or asks for the one that is running.
    if (work === undefined || strapi.db.inTransaction()) return original(work);
    return recorder.inTransaction(async ({ beforeCommit, forget }) => {
      try {
        return await original(async (callbacks) => {
          const commit = async (): Promise<void> => {
            await beforeCommit();
            await callbacks.commit();
          };
          // Work that rolls back by hand returns as if nothing had happened: Strapi's data transfer does.
          const rollback = async (): Promise<void> => {
            forget();
            await callbacks.rollback();
          };
          const result = await work({ ...callbacks, commit, rollback });
          await beforeCommit();
          return result;
        });
      } catch (error) {
        throw recorder.transactionFailed(error);
      }
    });
  };
}
