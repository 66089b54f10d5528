import { stat } from 'node:fs/promises';

import type { Core } from '@strapi/types';

import { clock } from '../../platform/clock';
import { GdprError } from '../../platform/errors';

import { feedbackOf } from './feedback-of';
import { readMailbox } from './mbox';
import { parseReport } from './report';

export interface MailboxCounts {
  readonly mails: number;
  readonly applied: number;
}

/** How often the mailbox file is looked at, in ms. */
const INTERVAL = 60_000;
const nextLook = new WeakMap<Core.Strapi, number>();

/**
 * Works through the reports of a mailbox file, from where it was left. A file that has become shorter, or is another one
 * under the same name, is read from its beginning: a report that is seen twice changes nothing more.
 *
 * @throws GdprError `setting-invalid` when the file cannot be read
 */
export async function workThroughMailbox(strapi: Core.Strapi, file: string): Promise<MailboxCounts> {
  const store = strapi.store({ type: 'plugin', name: 'gdpr', key: 'feedback-mailbox' });
  let size: number;
  let inode: number;
  try {
    ({ size, ino: inode } = await stat(file));
  } catch {
    throw new GdprError('setting-invalid', `The mailbox file ${file} cannot be read.`);
  }
  const known = (await store.get({})) as { file: string; inode: number; end: number } | null;
  const continues = known?.file === file && known.inode === inode && known.end <= size;
  const counts = { mails: 0, applied: 0 };
  for await (const { bytes, end } of readMailbox(file, continues ? known.end : 0)) {
    counts.mails += 1;
    if ((await applyMail(strapi, bytes)) === 'applied') counts.applied += 1;
    await store.set({ value: { file, inode, end } });
  }
  return counts;
}

/** One mail that may be a report. What cannot be parsed is somebody else's mail. */
export async function applyMail(
  strapi: Core.Strapi,
  mail: Uint8Array | string,
): Promise<'applied' | 'ignored'> {
  const report = await parseReport(mail).catch(() => null);
  return report === null ? 'ignored' : feedbackOf(strapi).accept(report);
}

/** The job that looks into the mailbox file of the settings, once a minute. */
export async function lookIntoMailbox(strapi: Core.Strapi, file: string): Promise<number> {
  const now = clock.now().getTime();
  if (now < (nextLook.get(strapi) ?? 0)) return 0;
  nextLook.set(strapi, now + INTERVAL);
  await workThroughMailbox(strapi, file);
  return 0;
}
