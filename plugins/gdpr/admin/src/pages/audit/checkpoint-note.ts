/** What a checkpoint says in its first three lines (C2SP tlog-checkpoint). Its signatures are checked on the server. */
export interface CheckpointNote {
  readonly origin: string;
  readonly root: string;
}

export function readNote(note: string): CheckpointNote {
  const [origin = '', , root = ''] = note.split('\n');
  return { origin, root };
}

/** Name and hash of a C2SP verifier key, `name+hash+key`. */
export function readVerifierKey(key: string): { readonly name: string; readonly hash: string } {
  const [name = '', hash = ''] = key.split('+');
  return { name, hash };
}

/** The beginning of a hash: enough to compare by eye. */
export function short(hash: string): string {
  return hash.length > 12 ? `${hash.slice(0, 12)}…` : hash;
}
