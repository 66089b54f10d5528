/**
 * One kind of long work that is done in batches: rewrapping keys, rebuilding an index, sealing a table. It has to
 * survive being killed at any point, so each step must be repeatable: what it did once it finds done.
 */
export interface RunKind {
  /** Letters and dashes, for example `rewrap-keys`. */
  readonly name: string;
  /** How many items there are before the first step; for the progress bar only. */
  total(target: string): Promise<number>;
  /**
   * Does the next batch, in transactions of its own, and says where the one after it begins. The cursor is stored
   * after the batch: a process that dies in between repeats the batch.
   *
   * @param cursor where to begin; `null` at the start
   */
  step(target: string, cursor: string | null): Promise<RunStep>;
  /** Told in the transaction in which the run begins; what it throws keeps the run from beginning. */
  readonly begun?: (status: Pick<RunStatus, 'target' | 'total'>) => Promise<void>;
  /** Told in the transaction in which the run is finished or has failed: once, whichever process that is. */
  readonly ended?: (status: Pick<RunStatus, 'target' | 'state' | 'done'>) => Promise<void>;
}

export interface RunStep {
  /** Where the next batch begins; `null` when nothing is left. */
  readonly cursor: string | null;
  /** How many items this batch dealt with. */
  readonly done: number;
}

export type RunState = 'running' | 'finished' | 'failed';

/** What is known of a run: for a progress bar, and for whoever asks what became of it. */
export interface RunStatus {
  readonly kind: string;
  /** What it works on, for example a content type's uid; empty where there is only one. */
  readonly target: string;
  readonly state: RunState;
  readonly done: number;
  readonly total: number;
  /** One sentence, when it failed. */
  readonly error: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}
