import canonicalize from 'canonicalize';
import { z } from 'zod';

/** Where access came from. */
export const SOURCES = [
  'content-manager',
  'admin',
  'rest',
  'graphql',
  'http',
  'code',
  'job',
  'command',
] as const;
export type Source = (typeof SOURCES)[number];

/** Records of one type that an entry is about. */
const recordSetSchema = z.object({
  type: z.string(),
  /** What became of them, on writes. */
  change: z.enum(['create', 'update', 'delete']).optional(),
  /** Row ids (record-ids.ts). */
  ids: z.string(),
  /** Which protected attributes (attribute-set.ts): read, changed, or asked for. */
  attributes: z.string().optional(),
  /** `documentId`s in the order of the ids; on writes, so that an id can be told after its row is gone. */
  documents: z.array(z.string()).optional(),
  /** `documentId`s of the data subjects: pseudonyms, of whom nothing is left once they are erased. On writes. */
  subjects: z.array(z.string()).optional(),
});
export type RecordSet = z.infer<typeof recordSetSchema>;

const entrySchema = z.object({
  v: z.literal(1),
  /** Unit of work (a request, a job's run), a dash, and a number; random, so that no entry can be guessed from its hash. */
  id: z.string(),
  /** ms since 1970, by the clock of the node that wrote it. Order is the log's, not the clock's. */
  time: z.number(),
  action: z.string(),
  /** `admin:7`, `user:3`, `api-token:2`, `public`, `system`, `command`: an account by id, never a name. */
  actor: z.string(),
  source: z.enum(SOURCES),
  /** The job, script or command. */
  name: z.string().optional(),
  ip: z.string().optional(),
  purpose: z.string().optional(),
  records: z.array(recordSetSchema).optional(),
  /** The commitment to its payloads (payloads.ts): what was sealed apart from the entry, so that it can be pruned. */
  payload: z.string().optional(),
  /** What the action needs said besides; never anything personal. */
  details: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
    .optional(),
});

/**
 * One entry of the log, as it is hashed: only pseudonyms, no personal data. Old and new values of a change stand in
 * payloads beside the entry, sealed under the data subject's key; the entry commits to them.
 */
export type AuditEntry = z.infer<typeof entrySchema>;

/** The leaf data of an entry: canonical JSON (RFC 8785), without a newline. */
export function leafData(entry: AuditEntry): string {
  const text = canonicalize(entry);
  if (text === undefined) throw new TypeError('An entry is an object.');
  return text;
}

/** @returns the entry, or `null` for what is none */
export function parseEntry(data: string): AuditEntry | null {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Whether a line is canonical JSON; what is not was not written by this log. */
export function isCanonical(data: string): boolean {
  try {
    return canonicalize(JSON.parse(data)) === data;
  } catch {
    return false;
  }
}

/** The line of an entry whose leaf data was pruned: only its hash is left. */
export function prunedLine(leaf: Uint8Array): string {
  return JSON.stringify({ pruned: Buffer.from(leaf).toString('base64') });
}

const PRUNED = /^\{"pruned":"([A-Za-z0-9+/]{43}=)"\}$/;

/** @returns the leaf hash of a pruned entry, or `null` for any other line */
export function prunedLeaf(line: string): Buffer | null {
  const encoded = PRUNED.exec(line)?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, 'base64');
}
