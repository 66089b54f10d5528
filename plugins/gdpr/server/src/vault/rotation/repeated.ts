import { isTransient } from '../../platform/database/connection';
import type { RunKind, RunStep } from '../../platform/runs';

const ATTEMPTS = 8;

/** The same work, with each step tried again when it only met somebody else: steps are repeatable. */
export function repeated(kind: RunKind): RunKind {
  return {
    ...kind,
    async step(target, cursor): Promise<RunStep> {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await kind.step(target, cursor);
        } catch (error) {
          if (attempt === ATTEMPTS || !isTransient(error)) throw error;
          await new Promise((resolve) => setTimeout(resolve, attempt * 50));
        }
      }
    },
  };
}
