import { removeValues } from './quiet-errors';

test('values that were bound are gone from every field, the rest stays', () => {
  const error: Record<string, unknown> = {
    message:
      "insert into `t` (`email`) values ('ada@example.org') - Duplicate entry 'ada@example.org' for key 'email'",
    sqlMessage: "Duplicate entry 'ada@example.org' for key 'email'",
    sql: "insert into `t` (`email`) values ('ada@example.org')",
    detail: 'Key (email)=(ada@example.org) already exists.',
    code: '23505',
  };
  removeValues(error, {
    sql: 'insert into `t` (`email`) values (?)',
    bindings: ['ada@example.org', 7, null],
  });
  expect(JSON.stringify(error)).not.toContain('ada@');
  expect(error).toMatchObject({ code: '23505', sqlMessage: "Duplicate entry '?' for key 'email'" });
});

test('a value inside another leaves nothing of either', () => {
  const error: Record<string, unknown> = { message: 'values Ada Lovelace, Ada' };
  removeValues(error, { sql: '', bindings: ['Ada', 'Ada Lovelace'] });
  expect(error['message']).toBe('values ?, ?');
});
