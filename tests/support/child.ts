import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

import { ROOT } from './strapi';

export interface Child {
  readonly port: number;
  /** Ends the process at once, as a power cut would. */
  kill(): Promise<void>;
}

/** Boots Strapi in a process of its own. @throws with what it printed when it does not come up */
export async function startChild(env: Readonly<Record<string, string>>): Promise<Child> {
  const { child, output } = spawnChild(env);
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const ready = /ready (\d+)/.exec(output());
      if (ready !== null) resolve(Number(ready[1]));
    });
    child.once('exit', () => reject(new Error(output())));
  });
  return {
    port,
    kill: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

/** Boots Strapi where it must not come up. */
export async function failChild(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnChild(env);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, output: output().trim() };
}

function spawnChild(env: Readonly<Record<string, string>>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [path.join(ROOT, 'tests/support/child.mjs')], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}
