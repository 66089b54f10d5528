import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

import { ROOT, type TestStrapi } from './strapi';

export interface AuditChild {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly over: Promise<unknown>;
}

/** A Strapi in a process of its own, on the database of a test, that kills itself at a point of `audit-child.mjs`. */
export function startAuditChild(app: TestStrapi, point: string): AuditChild {
  const started = spawn(process.execPath, [path.join(ROOT, 'tests/support/audit-child.mjs')], {
    cwd: ROOT,
    env: { ...process.env, ...app.database.env, AUDIT_KILL: point, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    process: started,
    output: () => text,
    over: new Promise((resolve) => started.once('exit', resolve)),
  };
}
