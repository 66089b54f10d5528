/** What `strapi-gdpr scan` can find; each with what it means. */
export const FINDINGS = {
  plaintext: 'a protected column holds a value: run "strapi-gdpr seal"',
  'plaintext-in-history': "Strapi's content history holds values of a protected attribute",
  'record-not-authentic': 'the sealed record was changed, or moved from another row',
  'data-key-missing': 'the key store lacks the key that the record names',
  'data-key-destroyed': 'the key was destroyed, and the record was left behind',
  'attribute-not-annotated': 'the sealed record holds an attribute that the schema no longer has',
  'data-subject-missing': 'the annotation names a data subject, and the record has none or one that is gone',
  'token-missing': 'the record cannot be found by this value (--repair puts it into the index)',
  'token-orphaned': 'the index holds an entry that no record answers to (--repair takes it out)',
  'unique-claim-missing': 'a value that must be unique is not claimed by its record (--repair claims it)',
  'unique-claim-orphaned': 'a unique value is claimed by a record that does not have it (--repair frees it)',
  'unique-value-twice': 'two records hold a value that must be unique',
  'data-key-unused': 'no record names this data key',
  'guard-missing':
    'the database lost the trigger that refuses plaintext (put back at this boot, or by --repair)',
  'run-unfinished': 'long work was begun and is not finished',
} as const;

export type FindingKind = keyof typeof FINDINGS;

/** One thing that is wrong. Never holds a value. */
export interface Finding {
  readonly kind: FindingKind;
  readonly uid: string;
  readonly attribute?: string;
  /** Names the record: its `documentId`, or its row where it has none. */
  readonly record?: string;
}

/** Findings of one kind, type and attribute. */
export interface FindingGroup {
  readonly kind: FindingKind;
  readonly uid: string;
  readonly attribute: string | null;
  readonly count: number;
  readonly repaired: number;
  /** The first records it was found at. */
  readonly records: readonly string[];
}

const EXAMPLES = 20;

/** Collects findings by kind, type and attribute: of a million alike it remembers the number and the first few. */
export class FindingGroups {
  private readonly groups = new Map<string, { -readonly [K in keyof FindingGroup]: FindingGroup[K] }>();

  add({ kind, uid, attribute, record }: Finding, repaired = false): void {
    const key = JSON.stringify([kind, uid, attribute]);
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { kind, uid, attribute: attribute ?? null, count: 0, repaired: 0, records: [] };
      this.groups.set(key, group);
    }
    group.count += 1;
    if (repaired) group.repaired += 1;
    if (record !== undefined && group.records.length < EXAMPLES && !group.records.includes(record)) {
      group.records = [...group.records, record];
    }
  }

  all(): readonly FindingGroup[] {
    return [...this.groups.values()];
  }

  /** Whether nothing was found that is still so. */
  get isClean(): boolean {
    return this.all().every(({ count, repaired }) => count === repaired);
  }
}
