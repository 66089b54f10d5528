import type { Core } from '@strapi/types';

interface Transaction {
  begin(connection: unknown): unknown;
  query(connection: unknown, sql: string): unknown;
}

interface Client {
  transaction(...args: readonly unknown[]): Transaction;
}

/**
 * Lets transactions on SQLite ask for the right to write when they begin, so that they wait for another process instead
 * of failing. knex begins them as readers: when another process (a command beside the running server) writes between
 * such a transaction's first read and its first write, SQLite refuses the write at once with "database is locked".
 *
 * Inside one process nothing changes: Strapi has one connection on SQLite, so transactions take turns anyway.
 */
export function beginAsWriter(strapi: Core.Strapi): void {
  if (strapi.db.dialect.client !== 'sqlite') return;
  const { client } = strapi.db.connection as unknown as { client: Client };
  const original = client.transaction.bind(client);
  client.transaction = (...args) => {
    const transaction = original(...args);
    // It begins when it has been given a connection, which is later than this.
    transaction.begin = (connection) => transaction.query(connection, 'BEGIN IMMEDIATE;');
    return transaction;
  };
}
