import { AsyncLocalStorage } from 'node:async_hooks';

/** Work that no request asks for, and what it is called: the audit trail names it. */
export interface UnitOfWork {
  readonly kind: 'job' | 'command' | 'script';
  /** The name of the job, command or script; nothing personal. */
  readonly name: string;
}

const current = new AsyncLocalStorage<UnitOfWork>();

/** Runs `work` under this name. It counts also where a request set the work off: a job is a job. */
export function runAs<T>(unit: UnitOfWork, work: () => T): T {
  return current.run(unit, work);
}

export function currentUnitOfWork(): UnitOfWork | undefined {
  return current.getStore();
}
