import { createHash, randomBytes } from 'node:crypto';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** A secret that goes out by mail: 32 random bytes, base64url. Only its hash is looked up by. */
export function createToken(): { readonly token: string; readonly hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashOf(token) };
}

/** @returns SHA-256 as hex, or `null` for what cannot be a token, which then costs no query */
export function tokenHash(token: string | undefined): string | null {
  return token !== undefined && TOKEN.test(token) ? hashOf(token) : null;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
