import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

import { ROOT, type TestStrapi } from './strapi';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
}

/** Starts the real command line in the project's folder, on the database of a test. */
export function startCommand(app: TestStrapi, args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [path.join(ROOT, 'plugins/gdpr/bin/strapi-gdpr.js'), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...app.database.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<CommandResult>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export function runCommand(app: TestStrapi, args: readonly string[]): Promise<CommandResult> {
  return startCommand(app, args).ended;
}
