import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type * as Pkcs11 from 'pkcs11js';

import { GdprError, UnavailableError } from '../../platform/errors';
import type { Pkcs11Settings } from '../../platform/settings';

type Library = typeof Pkcs11;
type Handle = Pkcs11.Handle;

/** A logged-in session with a token, and the key in it. */
export interface TokenSession {
  readonly api: Library;
  readonly module: Pkcs11.PKCS11;
  readonly session: Handle;
  readonly key: Handle;
}

/** One loaded vendor library a process: PKCS#11 allows no second initialisation. */
const modules = new Map<string, Pkcs11.PKCS11>();

/**
 * The token that holds the key-encryption key: opens a session when there is none, and a new one after the last was
 * lost. A PIN that the token refused is not offered again, because tokens lock themselves after a few attempts.
 */
export class Pkcs11Token {
  /** The token's own label and the key's: what names the key in the database. */
  readonly label: string;
  private open: TokenSession | null = null;
  private refused: GdprError | null = null;
  private readonly api: Library;

  /** @throws GdprError when the library, the token or the key is not there: the boot stops with its sentence */
  constructor(private readonly settings: Pkcs11Settings) {
    if (settings.tokenLabel === undefined && settings.slot === undefined) {
      throw new GdprError(
        'setting-invalid',
        'keyEncryption names no token: set tokenLabel (GDPR_PKCS11_TOKEN) or slot (GDPR_PKCS11_SLOT).',
      );
    }
    this.api = loadBinding();
    const { module } = this.session();
    const token = module.C_GetTokenInfo(this.slot(module));
    this.label = token.label.trimEnd();
  }

  /** @throws UnavailableError when the token is away */
  session(): TokenSession {
    if (this.refused !== null) throw this.refused;
    if (this.open !== null) return this.open;
    try {
      this.open = this.connect();
      return this.open;
    } catch (error) {
      // A token that comes back is only seen by a library that starts anew.
      this.forget(true);
      throw this.failure(error);
    }
  }

  /** Drops the session, so that the next use opens another. */
  forget(restart = false): void {
    const { open } = this;
    this.open = null;
    try {
      if (open !== null) open.module.C_CloseSession(open.session);
    } catch {
      // It was lost already; that is why it is dropped.
    }
    if (!restart) return;
    const module = modules.get(this.settings.library);
    modules.delete(this.settings.library);
    try {
      module?.C_Finalize();
      module?.close();
    } catch {
      // A library that cannot even end is loaded anew all the same.
    }
  }

  private connect(): TokenSession {
    const { api } = this;
    const module = this.module();
    const slot = this.slot(module);
    const session = module.C_OpenSession(slot, api.CKF_SERIAL_SESSION);
    try {
      module.C_Login(session, api.CKU_USER, readPin(this.settings));
    } catch (error) {
      if (codeOf(error) !== api.CKR_USER_ALREADY_LOGGED_IN) throw error;
    }
    module.C_FindObjectsInit(session, [
      { type: api.CKA_CLASS, value: api.CKO_SECRET_KEY },
      { type: api.CKA_LABEL, value: this.settings.keyLabel },
    ]);
    const keys = module.C_FindObjects(session, 2);
    module.C_FindObjectsFinal(session);
    const [key] = keys;
    if (key === undefined || keys.length > 1) {
      const count = key === undefined ? 'no secret key' : 'several secret keys';
      throw new UnavailableError(
        'key-encryption-unavailable',
        `The HSM has ${count} with the label "${this.settings.keyLabel}": keyLabel (GDPR_PKCS11_KEY) must name one AES-256 key.`,
      );
    }
    return { api, module, session, key };
  }

  private module(): Pkcs11.PKCS11 {
    const { library } = this.settings;
    const loaded = modules.get(library);
    if (loaded !== undefined) return loaded;
    const module = new this.api.PKCS11();
    module.load(library);
    try {
      module.C_Initialize();
    } catch (error) {
      if (codeOf(error) !== this.api.CKR_CRYPTOKI_ALREADY_INITIALIZED) throw error;
    }
    modules.set(library, module);
    return module;
  }

  private slot(module: Pkcs11.PKCS11): Handle {
    const { tokenLabel, slot } = this.settings;
    const found = module.C_GetSlotList(true).find((handle) => {
      if (tokenLabel === undefined) return handle.readUInt32LE(0) === slot;
      return module.C_GetTokenInfo(handle).label.trimEnd() === tokenLabel;
    });
    if (found !== undefined) return found;
    const name = tokenLabel === undefined ? `in slot ${String(slot)}` : `with the label "${tokenLabel}"`;
    throw new UnavailableError(
      'key-encryption-unavailable',
      `The HSM has no token ${name}: connect it, or correct GDPR_PKCS11_TOKEN or GDPR_PKCS11_SLOT.`,
    );
  }

  private failure(error: unknown): GdprError {
    if (error instanceof GdprError) return error;
    const { api, settings } = this;
    const code = codeOf(error);
    const pinCodes = [api.CKR_PIN_INCORRECT, api.CKR_PIN_LOCKED, api.CKR_PIN_EXPIRED, api.CKR_PIN_INVALID];
    if (code !== null && pinCodes.includes(code)) {
      this.refused = new UnavailableError(
        'key-encryption-unavailable',
        `The HSM refused the PIN (${nameOf(error)}): correct GDPR_PKCS11_PIN or GDPR_PKCS11_PIN_FILE and start again; it is not tried a second time.`,
      );
      return this.refused;
    }
    return new UnavailableError(
      'key-encryption-unavailable',
      `The HSM behind ${settings.library} (GDPR_PKCS11_LIBRARY) cannot be reached (${nameOf(error)}): check that the ` +
        'library is there and the token is connected.',
    );
  }
}

/** The binding is an optional package with native code: only who uses an HSM needs it. */
function loadBinding(): Library {
  try {
    const fromProject = createRequire(path.join(process.cwd(), 'package.json'));
    return fromProject('pkcs11js') as Library;
  } catch {
    throw new GdprError(
      'setting-invalid',
      'keyEncryption asks for an HSM, and the package pkcs11js is not installed: run `npm install pkcs11js` in the project.',
    );
  }
}

function readPin({ pin, pinFile }: Pkcs11Settings): string {
  if (pin !== undefined) return pin;
  if (pinFile === undefined) {
    throw new GdprError(
      'key-encryption-key-missing',
      'The HSM needs a PIN: set GDPR_PKCS11_PIN, or GDPR_PKCS11_PIN_FILE to a file that holds it.',
    );
  }
  try {
    return readFileSync(pinFile, 'utf8').trim();
  } catch {
    throw new GdprError(
      'key-encryption-key-missing',
      `GDPR_PKCS11_PIN_FILE names ${pinFile}, which cannot be read; check the path and its permissions.`,
    );
  }
}

function codeOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

/** The name of the PKCS#11 result; a message of the loader may be long and is cut. */
export function nameOf(error: unknown): string {
  return error instanceof Error
    ? (/CKR_\w+/.exec(error.message)?.[0] ?? error.message.slice(0, 120))
    : 'unknown';
}
