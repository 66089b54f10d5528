import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const base64 = (bytes) => randomBytes(bytes).toString('base64');

/** The secrets a project needs, each with a way to make a fresh one. */
const SECRETS = {
  APP_KEYS: () => [0, 1, 2, 3].map(() => base64(16)).join(','),
  API_TOKEN_SALT: () => base64(16),
  ADMIN_JWT_SECRET: () => base64(16),
  TRANSFER_TOKEN_SALT: () => base64(16),
  ENCRYPTION_KEY: () => base64(32),
  JWT_SECRET: () => base64(16),
  GDPR_MASTER_KEY: () => base64(32),
};

/** Fresh values for the secrets that the environment lacks, for work that reads the configuration but uses none. */
export function throwawaySecrets() {
  const missing = Object.entries(SECRETS).filter(([name]) => !process.env[name]);
  return Object.fromEntries(missing.map(([name, make]) => [name, make()]));
}

/** Reads `NAME=value` lines; an empty value counts as unset. */
export function readEnv(file) {
  const values = {};
  if (!existsSync(file)) return values;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const match = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match && match[2] !== '') values[match[1]] = match[2].replace(/^(["'])(.*)\1$/, '$2');
  }
  return values;
}

/**
 * Fills in the secrets that `.env` lacks with fresh random ones. What is there stays: the master key above all, without
 * which the database cannot be read.
 *
 * @returns {string[]} the names that were filled in
 */
export function completeEnv(file = path.join(ROOT, '.env')) {
  const present = readEnv(file);
  const hasKeyElsewhere = ['GDPR_MASTER_KEY_FILE', 'GDPR_PKCS11_LIBRARY'].some(
    (name) => present[name] || process.env[name],
  );
  const missing = Object.keys(SECRETS).filter(
    (name) => !present[name] && !process.env[name] && !(name === 'GDPR_MASTER_KEY' && hasKeyElsewhere),
  );
  if (missing.length === 0) return [];
  const before = existsSync(file)
    ? readFileSync(file, 'utf8')
    : readFileSync(path.join(ROOT, '.env.example'), 'utf8');
  const kept = before
    .split('\n')
    .filter((line) => !missing.some((name) => new RegExp(`^\\s*${name}\\s*=\\s*$`).test(line)))
    .join('\n')
    .trimEnd();
  const added = missing.map((name) => `${name}=${SECRETS[name]()}`).join('\n');
  writeFileSync(
    file,
    `${kept}\n\n# Made by scripts/env.mjs. Keep GDPR_MASTER_KEY where the database is not.\n${added}\n`,
    { mode: 0o600 },
  );
  chmodSync(file, 0o600);
  return missing;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const added = completeEnv();
  console.log(added.length === 0 ? '.env is complete.' : `.env now has fresh secrets: ${added.join(', ')}.`);
}
