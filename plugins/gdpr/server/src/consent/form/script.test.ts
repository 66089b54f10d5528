import { Script } from 'node:vm';

import { FORM_SCRIPT } from './script';

test('the script is valid, and not larger than it was promised to be', () => {
  expect(() => new Script(FORM_SCRIPT)).not.toThrow();
  expect(Buffer.byteLength(FORM_SCRIPT)).toBeLessThanOrEqual(2_048);
  expect(FORM_SCRIPT).not.toMatch(/cookie|localStorage|sessionStorage|eval/);
});
