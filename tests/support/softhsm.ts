import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import path from 'node:path';

export const LIBRARY = process.env['SOFTHSM_LIBRARY'] ?? '/usr/lib/softhsm/libsofthsm2.so';
export const PIN = '135790';

/** A software HSM with one token of its own. */
export interface SoftHsm {
  readonly tokenLabel: string;
  readonly env: Readonly<Record<string, string>>;
  /** Pulls the token out; `back` plugs it in again. */
  remove(): void;
  back(): void;
}

/**
 * A token in the directory that `npm run test:hsm` has made: the library reads SOFTHSM2_CONF from the environment the
 * process was started with.
 */
export function startSoftHsm(keyLabels: readonly string[]): SoftHsm {
  const configuration = process.env['SOFTHSM2_CONF'];
  if (configuration === undefined)
    throw new Error('SOFTHSM2_CONF is not set: run these tests by `npm run test:hsm`.');
  const tokens = path.join(path.dirname(configuration), 'tokens');
  const tokenLabel = `gdpr ${randomBytes(4).toString('hex')}`;
  execFileSync(
    'softhsm2-util',
    ['--init-token', '--free', '--label', tokenLabel, '--pin', PIN, '--so-pin', '246801'],
    { stdio: 'pipe', env: { ...process.env } },
  );
  makeKeys(tokenLabel, keyLabels);
  return {
    tokenLabel,
    env: {
      GDPR_PKCS11_LIBRARY: LIBRARY,
      GDPR_PKCS11_TOKEN: tokenLabel,
      GDPR_PKCS11_PIN: PIN,
    },
    remove: () => renameSync(tokens, `${tokens}.away`),
    back: () => renameSync(`${tokens}.away`, tokens),
  };
}

/** As an operator makes them: AES-256, sensitive, not extractable. In a process of its own, which logs in and ends. */
function makeKeys(tokenLabel: string, labels: readonly string[]): void {
  const script = `
    const p = require(${JSON.stringify(require.resolve('pkcs11js'))});
    const m = new p.PKCS11(); m.load(${JSON.stringify(LIBRARY)}); m.C_Initialize();
    const s = m.C_OpenSession(m.C_GetSlotList(true).find((slot) => m.C_GetTokenInfo(slot).label.trimEnd() === ${JSON.stringify(tokenLabel)}), p.CKF_RW_SESSION | p.CKF_SERIAL_SESSION);
    m.C_Login(s, p.CKU_USER, ${JSON.stringify(PIN)});
    for (const label of ${JSON.stringify(labels)}) m.C_GenerateKey(s, { mechanism: p.CKM_AES_KEY_GEN }, [
      { type: p.CKA_VALUE_LEN, value: 32 }, { type: p.CKA_LABEL, value: label }, { type: p.CKA_TOKEN, value: true },
      { type: p.CKA_SENSITIVE, value: true }, { type: p.CKA_EXTRACTABLE, value: false },
      { type: p.CKA_ENCRYPT, value: true }, { type: p.CKA_DECRYPT, value: true } ]);
    m.C_Finalize();`;
  execFileSync(process.execPath, ['-e', script], {
    env: { ...process.env },
    stdio: 'pipe',
  });
}
