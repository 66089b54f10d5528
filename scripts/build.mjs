import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT, throwawaySecrets } from './env.mjs';

const STAMPS = path.join(ROOT, 'node_modules', '.cache', 'gdpr-crm-build');

/** What can be built, what it is built from, and what shows that it is there. */
const TARGETS = {
  plugin: {
    inputs: [
      'plugins/gdpr/server',
      'plugins/gdpr/admin',
      'plugins/gdpr/contracts',
      'plugins/gdpr/package.json',
      'package-lock.json',
    ],
    output: 'plugins/gdpr/dist/server/index.js',
    run: () => command('npm', ['run', 'build', '--workspace', 'strapi-plugin-gdpr-crm']),
  },
  server: {
    inputs: ['config', 'src', 'tsconfig.json', 'package-lock.json'],
    output: 'dist/config/server.js',
    run: () => {
      rmSync(path.join(ROOT, 'dist', 'config'), { recursive: true, force: true });
      rmSync(path.join(ROOT, 'dist', 'src'), { recursive: true, force: true });
      command('npx', ['tsc', '--project', 'tsconfig.json']);
    },
  },
  admin: {
    inputs: ['plugins/gdpr/admin', 'plugins/gdpr/contracts', 'src/admin', 'config', 'package-lock.json'],
    output: 'dist/build/index.html',
    run: () => command('npx', ['strapi', 'build']),
  },
};

/** Builds what has changed since it was last built. */
export function build(names, { force = false } = {}) {
  mkdirSync(STAMPS, { recursive: true });
  for (const name of names) {
    const target = TARGETS[name];
    const stamp = path.join(STAMPS, name);
    const hash = hashOf(target.inputs);
    const isFresh =
      existsSync(path.join(ROOT, target.output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
    if (isFresh && !force) continue;
    console.log(`Building ${name} …`);
    target.run();
    writeFileSync(stamp, hash);
  }
}

function command(file, args) {
  try {
    execFileSync(file, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: {
        ...process.env,
        ...throwawaySecrets(),
        STRAPI_TELEMETRY_DISABLED: 'true',
        NODE_ENV: 'production',
      },
    });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw new Error(`${file} ${args.join(' ')} failed; what it said stands above.`);
  }
}

function hashOf(inputs) {
  const hash = createHash('sha256');
  const add = (file) => {
    if (!existsSync(file)) return;
    if (statSync(file).isDirectory()) {
      for (const entry of readdirSync(file).sort()) {
        if (!['node_modules', 'dist'].includes(entry)) add(path.join(file, entry));
      }
      return;
    }
    hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  };
  for (const input of inputs) add(path.join(ROOT, input));
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const names = process.argv.slice(2).filter((name) => !name.startsWith('-'));
  const unknown = names.filter((name) => !(name in TARGETS));
  if (unknown.length > 0 || names.length === 0) {
    console.error(`Usage: node scripts/build.mjs [--force] ${Object.keys(TARGETS).join('|')} …`);
    process.exit(2);
  }
  try {
    build(names, { force: process.argv.includes('--force') });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
