import type { AuditEntry } from '../../../../contracts/audit';

import { sentenceOf, type Wording } from './sentence';

export interface Folded {
  /** The newest of those that say the same. */
  readonly entry: AuditEntry;
  readonly times: number;
}

/**
 * Entries that say the same, as one: opening a record in the content manager takes several requests, and each is an
 * entry of its own.
 *
 * @param entries the newest first
 */
export function fold(entries: readonly AuditEntry[], wording: Wording): Folded[] {
  const bySentence = new Map<string, Folded>();
  for (const entry of entries) {
    const { key, values } = sentenceOf(entry, wording);
    const said = `${key} ${JSON.stringify(values)}`;
    const known = bySentence.get(said);
    bySentence.set(said, { entry: known?.entry ?? entry, times: (known?.times ?? 0) + 1 });
  }
  return [...bySentence.values()];
}
