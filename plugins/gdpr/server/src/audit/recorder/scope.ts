import { AsyncLocalStorage } from 'node:async_hooks';

import { currentUnitOfWork, type UnitOfWork } from '../../platform/unit-of-work';

/**
 * A value that holds for what runs inside a function. A job that is set off in there and goes on by itself is not
 * inside: it runs under a name of its own, and does not inherit the value.
 */
export class Scope<T> {
  private readonly storage = new AsyncLocalStorage<{
    readonly value: T;
    readonly unit: UnitOfWork | undefined;
  }>();

  run<R>(value: T, work: () => R): R {
    return this.storage.run({ value, unit: currentUnitOfWork() }, work);
  }

  get(): T | undefined {
    const frame = this.storage.getStore();
    return frame?.unit === currentUnitOfWork() ? frame?.value : undefined;
  }
}
