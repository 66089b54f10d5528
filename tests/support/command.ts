import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

import { ROOT } from './strapi';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<CommandResult>;
}

/** Starts `strapi-gdpr` as a shell does, on the database and with the secrets of the test that runs. */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, [path.join(ROOT, 'plugins/gdpr/bin/strapi-gdpr.js'), ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<CommandResult>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { process: child, ended };
}

/** Runs `strapi-gdpr` to its end. */
export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return startCommand(args, env).ended;
}

/** Says whether a command has ended. */
export function ends(ended: Promise<unknown>): () => boolean {
  let isOver = false;
  void ended.then(() => (isOver = true));
  return () => isOver;
}

/** Runs `strapi-gdpr` and ends it at once, as a power cut would, as soon as `isInTheMiddle` says so. */
export async function killCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  isInTheMiddle: () => Promise<boolean>,
): Promise<void> {
  const { process: child, ended } = startCommand(args, env);
  const isOver = ends(ended);
  while (!isOver() && !(await isInTheMiddle())) await new Promise((resolve) => setTimeout(resolve, 5));
  if (isOver()) {
    const { code, stdout, stderr } = await ended;
    throw new Error(`The command ended before it could be killed (${String(code)}): ${stdout}${stderr}`);
  }
  child.kill('SIGKILL');
  await ended;
}
