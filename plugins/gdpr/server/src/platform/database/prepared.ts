import type { Knex } from 'knex';

/** A statement of better-sqlite3. */
interface Statement {
  /** Whether it gives rows back. */
  readonly reader: boolean;
  all(values: readonly unknown[]): unknown[];
  run(values: readonly unknown[]): unknown;
}

interface SqliteConnection {
  prepare(sql: string): Statement;
}

/** The part of knex that this goes past. */
interface SqliteClient {
  acquireConnection(): Promise<SqliteConnection>;
  releaseConnection(connection: SqliteConnection): Promise<void> | void;
}

/** Statements kept of one connection: their number grows with the lengths of lists, so it has an end. */
const MAX_STATEMENTS = 100;
/** Longer texts are not kept: they come of batches, which do not come again in the same length. */
const MAX_LENGTH = 12_000;

const prepared = new WeakMap<SqliteConnection, Map<string, Statement>>();

/**
 * Runs SQL on SQLite by a statement that its connection has prepared once. knex compiles and prepares anew for each
 * call, which takes longer than SQLite takes for one of the small statements on the way of every record.
 *
 * @param knex the database, or the transaction that is running
 * @param sql with a `?` for each value and a `??` for each identifier
 * @returns the rows, when the statement gives any
 * @throws the driver's error, which names no value
 */
export async function runPrepared(
  knex: Knex,
  sql: string,
  bindings: readonly Knex.RawBinding[],
): Promise<unknown> {
  const { text, values } = withIdentifiers(sql, bindings);
  return withConnection(knex, (connection) => {
    const statement = statementOf(connection, text);
    return statement.reader ? statement.all(values) : statement.run(values);
  });
}

/**
 * Runs one statement for each of many rows, in the transaction that is running. To SQLite, which is in this process, a
 * statement of a thousand rows only means more to parse.
 *
 * @param identifiers for each `??` of the statement
 * @param rows the values for each `?`
 */
export async function runPreparedEach(
  knex: Knex.Transaction,
  sql: string,
  identifiers: readonly string[],
  rows: readonly (readonly Knex.RawBinding[])[],
): Promise<void> {
  let at = 0;
  const text = sql.replaceAll('??', () => identifier(identifiers[at++] ?? ''));
  await withConnection(knex, (connection) => {
    const statement = statementOf(connection, text);
    for (const row of rows) statement.run(row.map(stored));
  });
}

/** A statement for a transaction that is over, or could not even begin. */
export class TransactionEnded extends Error {
  constructor() {
    super('A statement came after the transaction it belongs to had ended.');
  }
}

async function withConnection<T>(knex: Knex, work: (connection: SqliteConnection) => T): Promise<T> {
  if ('isCompleted' in knex && (knex as Knex.Transaction).isCompleted()) {
    throw new TransactionEnded();
  }
  const client = knex.client as SqliteClient;
  const connection = await client.acquireConnection();
  try {
    return work(connection);
  } finally {
    await client.releaseConnection(connection);
  }
}

function statementOf(connection: SqliteConnection, sql: string): Statement {
  if (sql.length > MAX_LENGTH) return connection.prepare(sql);
  let statements = prepared.get(connection);
  if (statements === undefined) prepared.set(connection, (statements = new Map<string, Statement>()));
  let statement = statements.get(sql);
  if (statement === undefined) {
    if (statements.size >= MAX_STATEMENTS) statements.clear();
    statement = connection.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}

/** Puts the identifiers into the text; values stay apart. */
function withIdentifiers(
  sql: string,
  bindings: readonly Knex.RawBinding[],
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  let text = '';
  let at = 0;
  const parts = sql.split('??');
  parts.forEach((part, index) => {
    text += part;
    const isLast = index === parts.length - 1;
    const end = isLast ? bindings.length : at + part.split('?').length - 1;
    for (; at < end; at += 1) values.push(stored(bindings[at]));
    if (isLast) return;
    text += identifier(bindings[at] as string);
    at += 1;
  });
  return { text, values };
}

function identifier(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}

/** As knex gives values to this driver. */
function stored(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'boolean') return Number(value);
  return value ?? null;
}
