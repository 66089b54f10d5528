import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';

import type * as Strapi from '@strapi/strapi';
import type { Core } from '@strapi/types';
import { Presets, SingleBar } from 'cli-progress';

import type { CommandContext, Progress } from '../platform/command-context';

/** How long a command waits for Strapi to end, in ms. */
const PATIENCE = 5_000;
/** Without a terminal a line is written at most this often, in ms. */
const LINE_INTERVAL = 5_000;

/** The context of one run of the command line, and what ends it. */
export function createContext(): { readonly context: CommandContext; readonly close: () => Promise<void> } {
  let loading: Promise<Core.Strapi> | null = null;
  const context: CommandContext = {
    strapi: () => (loading ??= loadProject()),
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    progress: (title) => (process.stderr.isTTY ? bar(title) : lines(title)),
    confirm,
  };
  return {
    context,
    async close() {
      const strapi = await loading?.catch(() => null);
      // The answer is complete; a pool that waits for a connection in trouble must not keep the shell.
      const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
      await Promise.race([strapi?.destroy(), patience]);
    },
  };
}

/** Loads the built project in the current folder; a TypeScript project that was never built is compiled first. */
async function loadProject(): Promise<Core.Strapi> {
  process.env['LOG_LEVEL'] ||= 'warn';
  process.env['STRAPI_TELEMETRY_DISABLED'] ||= 'true';
  const appDir = process.cwd();
  // Here and not above: commands that need no project must not wait for Strapi to load. By `require`, because Strapi's
  // ES modules import folders, which Node refuses; and the project's own Strapi.
  const project = createRequire(path.join(appDir, 'package.json'));
  const { compileStrapi, createStrapi } = project('@strapi/strapi') as typeof Strapi;
  const built = path.join(appDir, 'dist');
  const directories = existsSync(path.join(built, 'config'))
    ? { appDir, distDir: built }
    : await compileStrapi({ appDir });
  const strapi = createStrapi({ ...directories, serveAdminPanel: false, autoReload: false });
  await strapi.load();
  return strapi;
}

async function confirm(question: string): Promise<boolean> {
  if (process.argv.includes('--yes')) return true;
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

function bar(title: string): Progress {
  const shown = new SingleBar(
    { format: `${title} {bar} {percentage}% | {value}/{total} | {eta_formatted} left`, hideCursor: true },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update(done, total) {
      if (!started) shown.start(total, done);
      started = true;
      shown.setTotal(total);
      shown.update(done);
    },
    stop: () => shown.stop(),
  };
}

function lines(title: string): Progress {
  let last = 0;
  return {
    update(done, total) {
      const now = performance.now();
      if (now - last < LINE_INTERVAL && done < total) return;
      last = now;
      process.stderr.write(`${title}: ${String(done)} of ${String(total)}\n`);
    },
    stop: () => undefined,
  };
}
