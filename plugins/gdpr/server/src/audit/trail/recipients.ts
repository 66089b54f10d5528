import type { AuditEntry } from '../entry/entry';

/** Who receives or sees personal data, by category (GDPR Article 15(1)(c)). */
export const RECIPIENT_KINDS = [
  /** Own staff; `label` names their roles. */
  'staff',
  /** Another system, by an API token; `label` is the token's name. */
  'system',
  /** Users of the site; `label` is the users-permissions role, where it is known. */
  'users',
  /** Requests without an account. */
  'public',
  /** Own background work; `label` is the job. */
  'job',
  /** An operator's command or a project's script; `label` is its name. */
  'command',
  'code',
  /** Exports; `label` is what was exported. */
  'export',
  /** Whole tables that a data transfer wrote or removed. */
  'transfer',
  /** What other rooms know of: recipients outside, told by `registerDisclosures`. */
  'disclosure',
] as const;
export type RecipientKind = (typeof RECIPIENT_KINDS)[number];

export interface RecipientCategory {
  readonly kind: RecipientKind;
  /** Which of its kind; `null` where nothing more is known, for example of accounts that are gone. */
  readonly label: string | null;
  /** How often data was shown in clear, shown masked, and changed. */
  readonly seen: number;
  readonly masked: number;
  readonly changed: number;
  readonly first: Date;
  readonly last: Date;
  /** Content types, and the protected attributes among them, by type. */
  readonly data: Readonly<Record<string, readonly string[]>>;
  /** What access was said to be for. */
  readonly purposes: readonly string[];
  /** How many accounts are behind it; who they are only when that was asked for. */
  readonly actors: number;
  readonly names?: readonly string[];
}

/** A recipient outside of this system, as another room knows of it. */
export interface Disclosure {
  /** The category, or the recipient itself where it is disclosed. */
  readonly label: string;
  readonly at: Date;
  readonly purpose?: string;
  /** Attributes by content type. */
  readonly data?: Readonly<Record<string, readonly string[]>>;
}

/** One access to one person's data. */
export interface PersonalAccess {
  readonly entry: AuditEntry;
  /** The person's records in it: protected attributes by content type. */
  readonly data: Readonly<Record<string, readonly string[]>>;
}

/** What is known of accounts now. */
export interface Accounts {
  /** Names of roles, by account; absent for one that is gone. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly names: Readonly<Record<string, string>>;
}

const LOOKS = new Set(['read', 'unmask', 'read-values', 'export', 'find-person']);
const CHANGES = new Set([
  'create',
  'update',
  'delete',
  'clone',
  'publish',
  'unpublish',
  'discardDraft',
  'transfer',
]);

/** Whether somebody received or saw something, or wrote it. A refusal, a key operation and an alarm tell nobody anything. */
export function isAccess({ action }: AuditEntry): boolean {
  return LOOKS.has(action) || CHANGES.has(action);
}

/**
 * Accesses by category of recipient, the latest first. Staff are told by their roles and counted: whose account it was
 * a person has no general right to know (CJEU, C-579/21, Pankki S), so names are given only when they are asked for.
 */
export function categoriesOf(
  accesses: Iterable<PersonalAccess>,
  disclosures: readonly Disclosure[],
  accounts: Accounts,
  { naming }: { readonly naming: boolean },
): RecipientCategory[] {
  const tallies = new Map<string, Tally>();
  const tallyOf = (kind: RecipientKind, label: string | null): Tally => {
    const key = JSON.stringify([kind, label]);
    let tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, (tally = new Tally(kind, label)));
    return tally;
  };
  for (const access of accesses) {
    const [kind, label] = kindOf(access.entry, accounts);
    tallyOf(kind, label).add(access);
  }
  for (const disclosure of disclosures) tallyOf('disclosure', disclosure.label).addDisclosure(disclosure);
  return [...tallies.values()]
    .map((tally) => tally.category(naming ? accounts.names : null))
    .sort((a, b) => b.last.getTime() - a.last.getTime());
}

function kindOf(entry: AuditEntry, { roles, names }: Accounts): [RecipientKind, string | null] {
  const { action, actor, source, name, details } = entry;
  if (action === 'export') return ['export', typeof details?.['what'] === 'string' ? details['what'] : null];
  if (action === 'transfer') return ['transfer', null];
  if (source === 'job') return ['job', name ?? null];
  if (actor === 'command') return ['command', name ?? null];
  if (actor === 'system') return ['code', name ?? null];
  if (actor === 'public') return ['public', null];
  const [account = ''] = actor.split(':');
  if (account === 'api-token') return ['system', names[actor] ?? null];
  const held = roles[actor];
  const label = held === undefined || held.length === 0 ? null : [...held].sort().join(', ');
  return [account === 'admin' ? 'staff' : 'users', label];
}

class Tally {
  private seen = 0;
  private masked = 0;
  private changed = 0;
  private first = Infinity;
  private last = -Infinity;
  private readonly data = new Map<string, Set<string>>();
  private readonly purposes = new Set<string>();
  private readonly actors = new Set<string>();

  constructor(
    private readonly kind: RecipientKind,
    private readonly label: string | null,
  ) {}

  add({ entry, data }: PersonalAccess): void {
    if (CHANGES.has(entry.action)) this.changed += 1;
    else if (entry.details?.['masked'] === true) this.masked += 1;
    else this.seen += 1;
    this.note(entry.time, entry.purpose, data);
    if (/^[\w-]+:/.test(entry.actor)) this.actors.add(entry.actor);
  }

  addDisclosure({ at, purpose, data = {} }: Disclosure): void {
    this.seen += 1;
    this.note(at.getTime(), purpose, data);
  }

  /** @param names of accounts; `null` keeps them back */
  category(names: Readonly<Record<string, string>> | null): RecipientCategory {
    const { kind, label, seen, masked, changed } = this;
    const data = [...this.data].map(([type, attributes]) => [type, [...attributes].sort()] as const).sort();
    return {
      kind,
      label,
      seen,
      masked,
      changed,
      first: new Date(this.first),
      last: new Date(this.last),
      data: Object.fromEntries(data),
      purposes: [...this.purposes].sort(),
      actors: this.actors.size,
      ...(names === null ? {} : { names: [...this.actors].map((actor) => names[actor] ?? actor).sort() }),
    };
  }

  private note(time: number, purpose: string | undefined, data: PersonalAccess['data']): void {
    this.first = Math.min(this.first, time);
    this.last = Math.max(this.last, time);
    if (purpose !== undefined) this.purposes.add(purpose);
    for (const [type, attributes] of Object.entries(data)) {
      const known = this.data.get(type) ?? new Set<string>();
      for (const attribute of attributes) known.add(attribute);
      this.data.set(type, known);
    }
  }
}
