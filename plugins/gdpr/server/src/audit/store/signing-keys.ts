import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';

import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { insertIfAbsent, tables } from '../../platform/database/connection';
import { randomBytes, type Vault } from '../../vault';
import { createNoteSigner, type NoteSigner, type NoteVerifier, parseVerifierKey } from '../log/signed-note';

import { VERIFIERS } from './tables';

interface VerifierRow {
  readonly generation: number;
  readonly verifier: string;
}

/**
 * The Ed25519 keys that sign checkpoints, wrapped like the vault's other keys. The first one's name is the log's origin
 * for good; a rotation keeps the name and the old public keys.
 */
export class SigningKeys {
  private cached: { readonly generation: number; readonly signer: NoteSigner } | null = null;

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly vault: Vault,
    /** Where people reach this server: the readable half of a new log's origin. */
    private readonly publicUrl: string | undefined,
  ) {}

  /** The key that signs now; made when there is none. */
  async current(): Promise<{ readonly generation: number; readonly signer: NoteSigner }> {
    const rows = await this.rows();
    const last = rows.at(-1);
    if (last !== undefined && this.cached?.generation === last.generation) return this.cached;
    if (last === undefined) {
      await this.add(1, newOrigin(this.publicUrl));
      return this.current();
    }
    const signer = await this.signerOf(last.generation, nameOf(last));
    this.cached = { generation: last.generation, signer };
    return this.cached;
  }

  /** The key before the current one: it signs the first checkpoint of its successor, too. */
  async previous(): Promise<NoteSigner | null> {
    const row = (await this.rows()).at(-2);
    return row === undefined ? null : this.signerOf(row.generation, nameOf(row));
  }

  /** Every key that has signed, the current one first. */
  async verifiers(): Promise<NoteVerifier[]> {
    return (await this.rows()).reverse().flatMap(({ verifier }) => parseVerifierKey(verifier) ?? []);
  }

  /** Makes the next key. Checkpoints of the old ones stay provable. @returns its verifier */
  async rotate(): Promise<NoteVerifier> {
    const { generation, signer } = await this.current();
    await this.add(generation + 1, signer.verifier.name);
    return (await this.current()).signer.verifier;
  }

  /**
   * Makes a text comparable and nothing else: HMAC-SHA256 under a key derived from the first signing key, which no
   * rotation takes away. Whoever reads the database cannot try texts on it.
   */
  async fingerprints(): Promise<(text: string) => string> {
    const seed = await this.vault.systemKeys.get('audit-signing-1');
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', seed, '', 'gdpr audit fingerprint', 32)));
    seed.fill(0);
    return (text) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
  }

  private async add(generation: number, name: string): Promise<void> {
    const { verifier } = await this.signerOf(generation, name);
    const row = { generation, verifier: verifier.key, created_at: clock.now().getTime() };
    // Of two nodes that make it at once one is first; both go on with what is stored.
    if ((await this.rows()).every((stored) => stored.generation !== generation))
      await insertIfAbsent(this.strapi, VERIFIERS, row, ['generation']);
  }

  private async signerOf(generation: number, name: string): Promise<NoteSigner> {
    const seed = await this.vault.systemKeys.get(`audit-signing-${String(generation)}`);
    const signer = createNoteSigner(name, seed);
    seed.fill(0);
    return signer;
  }

  private async rows(): Promise<VerifierRow[]> {
    const from = await tables(this.strapi);
    return (await from(VERIFIERS).select('generation', 'verifier').orderBy('generation')) as VerifierRow[];
  }
}

function nameOf({ verifier }: VerifierRow): string {
  return verifier.split('+')[0] ?? '';
}

/** A schema-less URL (C2SP tlog-checkpoint), never the same for two logs. */
function newOrigin(publicUrl: string | undefined): string {
  const host = publicUrl === undefined ? 'localhost' : new URL(publicUrl).host;
  return `${host}/gdpr-audit/${Buffer.from(randomBytes(4)).toString('hex')}`;
}
