import { aes256Gcm } from './aes-256-gcm';
import type { Suite } from './suite';
import { xchacha20Poly1305 } from './xchacha20-poly1305';

export type { Suite, SuiteKey } from './suite';

/** All suites that records may be sealed with. */
export const suites: readonly Suite[] = [xchacha20Poly1305, aes256Gcm];

/** @returns the suite with this envelope byte, or `undefined` when this version knows none */
export function suiteById(id: number): Suite | undefined {
  return suites.find((suite) => suite.id === id);
}

export { aes256Gcm, xchacha20Poly1305 };
