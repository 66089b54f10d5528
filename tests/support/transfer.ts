import path from 'node:path';

import type { Core } from '@strapi/strapi';

import { ROOT } from './strapi';

/** Strapi's data transfer with the options of its command line, against instances that run already. */
const at = (file: string): any => jest.requireActual(path.join(ROOT, 'node_modules/@strapi', file));
const { engine, file, strapi: providers } = at('data-transfer');
const commandLine = at('strapi/dist/src/cli/utils/data-transfer.js');

const OPTIONS = { exclude: ['files'] };

interface ImportOptions {
  /** Passphrase of an encrypted archive. */
  readonly key?: string;
  readonly excludeContentTypes?: readonly string[];
}

/** `strapi export`. @returns the archive's path */
export async function exportTo(strapi: Core.Strapi, target: string, key?: string): Promise<string> {
  const destination = file.providers.createLocalFileDestinationProvider({
    file: { path: target },
    encryption: { enabled: key !== undefined, key },
    compression: { enabled: false },
  });
  const results = await transferEngine(localSource(strapi), destination, 'ignore').transfer();
  return results.destination.file.path;
}

/** `strapi import`. */
export async function importFrom(
  strapi: Core.Strapi,
  archive: string,
  { key, ...filter }: ImportOptions = {},
): Promise<void> {
  const source = file.providers.createLocalFileSourceProvider({
    file: { path: archive },
    encryption: { enabled: key !== undefined, key },
    compression: { enabled: false },
  });
  await transferEngine(source, localDestination(strapi, filter), 'strict', filter).transfer();
  await committed(strapi);
}

/** `strapi transfer --to URL --to-token TOKEN`. */
export async function pushTo(strapi: Core.Strapi, url: string, token: string): Promise<void> {
  const destination = providers.providers.createRemoteStrapiDestinationProvider({
    url: new URL(url),
    auth: { type: 'token', token },
    strategy: 'restore',
    restore: commandLine.parseRestoreFromOptions(OPTIONS, strapi),
  });
  await transferEngine(localSource(strapi), destination, 'strict').transfer();
}

/** `strapi transfer --from URL --from-token TOKEN`. */
export async function pullFrom(strapi: Core.Strapi, url: string, token: string): Promise<void> {
  const source = providers.providers.createRemoteStrapiSourceProvider({
    url: new URL(url),
    auth: { type: 'token', token },
  });
  await transferEngine(source, localDestination(strapi), 'strict').transfer();
  await committed(strapi);
}

/** The engine answers before its transaction has ended: it only tells it to. */
async function committed(strapi: Core.Strapi): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (strapi.db.connection.client.pool.numUsed() > 0 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

function localSource(strapi: Core.Strapi): any {
  return providers.providers.createLocalStrapiSourceProvider({ getStrapi: () => strapi, autoDestroy: false });
}

/** Replaces what the instance holds, as the command line does. */
function localDestination(strapi: Core.Strapi, filter: object = {}): any {
  return providers.providers.createLocalStrapiDestinationProvider({
    getStrapi: () => strapi,
    autoDestroy: false,
    strategy: 'restore',
    restore: commandLine.parseRestoreFromOptions({ ...OPTIONS, ...filter }, strapi),
  });
}

function transferEngine(
  source: any,
  destination: any,
  schemaStrategy: 'ignore' | 'strict',
  filter: object = {},
): any {
  return engine.createTransferEngine(source, destination, {
    versionStrategy: 'ignore',
    schemaStrategy,
    exclude: OPTIONS.exclude,
    transforms: commandLine.buildTransferTransforms({ ...OPTIONS, ...filter }),
  });
}
