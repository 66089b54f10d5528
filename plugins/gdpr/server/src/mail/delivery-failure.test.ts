import { classifyFailure, retryDelay } from './delivery-failure';

test.each([
  ['a refused recipient', { code: 'EENVELOPE', responseCode: 550 }, true],
  ['refused content', { code: 'EMESSAGE', responseCode: 554 }, true],
  ['a full mailbox', { code: 'EENVELOPE', responseCode: 452 }, false],
  ['a dead server', { code: 'ECONNREFUSED' }, false],
  ['a wrong password, which somebody will mend', { code: 'EAUTH', responseCode: 535 }, false],
  ['a time-out after DATA', { code: 'ETIMEDOUT', command: 'DATA' }, false],
  ['anything else', 'boom', false],
])('%s', (_name, error, permanent) => {
  expect(classifyFailure(error).permanent).toBe(permanent);
});

test('the reason quotes nothing that a server said', () => {
  const error = Object.assign(new Error('550 ada@example.org unknown'), {
    code: 'EENVELOPE',
    responseCode: 550,
  });
  expect(classifyFailure(error).reason).toBe('EENVELOPE 550');
});

test('tries come at growing intervals, for about three days', () => {
  const delays = Array.from({ length: 79 }, (_, at) => retryDelay(at + 1) ?? 0);
  expect(delays.slice(0, 3)).toEqual([2_000, 4_000, 8_000]);
  const days = delays.reduce((sum, delay) => sum + delay, 0) / 86_400_000;
  expect(days).toBeGreaterThan(2.5);
  expect(days).toBeLessThan(4);
  expect(retryDelay(80)).toBeNull();
});

test('the enhanced status of an answer is kept, and nothing else of it', () => {
  const said = (response: string) =>
    classifyFailure({ code: 'EENVELOPE', responseCode: 550, response }).status;
  expect(said('550 5.1.1 <ada@example.org> no such user')).toBe('5.1.1');
  expect(said('550-5.7.1 policy')).toBe('5.7.1');
  expect(said('550 no such user 5.1.1')).toBeNull();
});
