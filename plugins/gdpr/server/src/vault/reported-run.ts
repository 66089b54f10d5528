import type { RunKind } from '../platform/runs';

import type { SEAL } from './table-sealer';
import type { UNSEAL } from './table-unsealer';
import type { Vault } from './vault';

/**
 * A run that tells when it begins and when it ends: where personal data is stored in clear, and since when it is not,
 * has to be known later. A run may take hours and many processes; it tells twice, not once a row.
 */
export function reportedRun(
  kind: RunKind & { readonly name: typeof SEAL | typeof UNSEAL },
  vault: Pick<Vault, 'reportKeyOperation'>,
): RunKind {
  const { name } = kind;
  return {
    name,
    total: (uid) => kind.total(uid),
    step: (uid, cursor) => kind.step(uid, cursor),
    begun: ({ target, total }) =>
      vault.reportKeyOperation({ operation: `${name}-started`, detail: { type: target, records: total } }),
    ended: ({ target, state, done }) =>
      vault.reportKeyOperation({
        operation: `${name}-${state === 'failed' ? 'failed' : 'finished'}`,
        detail: { type: target, records: done },
      }),
  };
}
