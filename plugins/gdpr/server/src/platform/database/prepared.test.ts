import knex, { type Knex } from 'knex';

import { runPrepared, runPreparedEach } from './prepared';

describe('statements prepared once', () => {
  let database: Knex;
  beforeEach(async () => {
    database = knex({
      client: 'better-sqlite3',
      connection: { filename: ':memory:' },
      useNullAsDefault: true,
    });
    await database.schema.createTable('a "table"', (table) => {
      table.increments('id');
      table.text('name').unique();
      table.integer('number');
    });
  });
  afterEach(() => database.destroy());

  const insert = (on: Knex, ...values: Knex.RawBinding[]): Promise<unknown> =>
    runPrepared(on, 'INSERT INTO ?? (name, number) VALUES (?, ?)', ['a "table"', ...values]);

  it('takes identifiers and values in their order, and gives rows back', async () => {
    await insert(database, 'one?? and ?', true);
    await insert(database, 'two', new Date(5));
    const rows = await runPrepared(database, 'SELECT ?? FROM ?? WHERE number = ? OR ?? = ? ORDER BY id', [
      'number',
      'a "table"',
      1,
      'name',
      'two',
    ]);
    expect(rows).toEqual([{ number: 1 }, { number: 5 }]);
    expect(await database('a "table"').pluck('name')).toEqual(['one?? and ?', 'two']);
  });

  it('belongs to the transaction it is given', async () => {
    await expect(
      database.transaction(async (transaction) => {
        await insert(transaction, 'gone', 1);
        throw new Error('back');
      }),
    ).rejects.toThrow('back');
    expect(await database('a "table"')).toEqual([]);
  });

  it('refuses what comes after the end of its transaction', async () => {
    let late: Knex.Transaction | undefined;
    await database.transaction((transaction) => {
      late = transaction;
      return Promise.resolve();
    });
    await expect(insert(late as Knex.Transaction, 'late', 1)).rejects.toThrow('had ended');
    expect(await database('a "table"')).toEqual([]);
  });

  it('goes on after the table has changed, and fails in the words of the driver without a value', async () => {
    await insert(database, 'secret name', 1);
    await database.schema.alterTable('a "table"', (table) => table.text('more'));
    await insert(database, 'other', 1);
    const all = await runPrepared(database, 'SELECT * FROM ?? WHERE name = ?', ['a "table"', 'other']);
    expect(all).toEqual([{ id: 2, name: 'other', number: 1, more: null }]);
    const failure = await insert(database, 'secret name', 2).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE' });
    expect(String(failure)).not.toContain('secret name');
  });

  it('runs one statement for many rows, together with the transaction or not at all', async () => {
    const rows = [
      ['a', 1],
      ['b', 2],
    ];
    const each = (transaction: Knex.Transaction): Promise<void> =>
      runPreparedEach(transaction, 'INSERT INTO ?? (??, number) VALUES (?, ?)', ['a "table"', 'name'], rows);
    await database.transaction(each);
    await expect(database.transaction(each)).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE' });
    expect(await database('a "table"').select('name', 'number')).toEqual([
      { name: 'a', number: 1 },
      { name: 'b', number: 2 },
    ]);
  });

  it('takes more texts than it keeps', async () => {
    for (let length = 1; length <= 450; length += 1) {
      const places = new Array<string>(length).fill('?').join(', ');
      const numbers = Array.from({ length }, (_, at) => at);
      await runPrepared(database, `SELECT id FROM ?? WHERE number IN (${places})`, ['a "table"', ...numbers]);
    }
    await insert(database, 'still', 1);
    expect(await database('a "table"')).toHaveLength(1);
  });
});
