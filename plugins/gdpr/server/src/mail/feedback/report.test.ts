import { readFileSync } from 'node:fs';
import path from 'node:path';

import fc from 'fast-check';

import { isDeadAddress, parseReport } from './report';

const fixture = (name: string): Buffer => readFileSync(path.join(__dirname, 'fixtures', name));

test('the notification of RFC 3464, appendix E', async () => {
  expect(await parseReport(fixture('dsn-rfc3464.eml'))).toEqual({
    kind: 'bounce',
    messageId: '<info-mime-4711@cs.utk.edu>',
    recipients: [
      {
        addresses: ['louisl@larry.slip.umd.edu', 'louisl@larry.slip.umd.edu'],
        action: 'failed',
        status: '4.0.0',
      },
    ],
  });
});

test('the complaint of RFC 5965, appendix B, whose Message-ID has no brackets and names nothing', async () => {
  expect(await parseReport(fixture('arf-rfc5965.eml'))).toEqual({
    kind: 'complaint',
    messageId: null,
    feedbackType: 'abuse',
    recipients: ['user@example.com', 'user@example.com'],
  });
});

test('a notification that returns headers alone, folded', async () => {
  const mail = fixture('dsn-rfc3464.eml')
    .toString()
    .replace('Content-Type: message/rfc822', 'Content-Type: text/rfc822-headers')
    .replace('Message-ID: <info', 'Message-ID:\n  <info')
    .replace('Status: 4.0.0', 'Status: 5.1.1 (no such user)');
  const report = await parseReport(mail.replaceAll('\n', '\r\n'));
  expect(report).toMatchObject({
    messageId: '<info-mime-4711@cs.utk.edu>',
    recipients: [{ status: '5.1.1' }],
  });
});

test('an answer from a holiday is no report, and nothing that comes by mail makes the parser fail', async () => {
  expect(
    await parseReport('From: a@example.org\nSubject: I am away\nAuto-Submitted: auto-replied\n\nBye'),
  ).toBeNull();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (noise) => {
      const mail = fixture('dsn-rfc3464.eml').toString().replace('Final-Recipient: rfc822;', noise);
      expect((await parseReport(mail))?.kind).not.toBe('complaint');
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['failed', '5.1.1', true],
  ['failed', '5.1.2', true],
  ['failed', '5.2.1', true],
  ['failed', '5.0.0', true],
  ['failed', '5.2.2', false],
  ['failed', '5.7.1', false],
  ['failed', '4.1.1', false],
  ['delayed', '5.1.1', false],
  ['delivered', '2.0.0', false],
  ['failed', '', false],
])('%s %s: the address is dead: %s', (action, status, dead) => {
  expect(isDeadAddress({ action, status })).toBe(dead);
});
