import type { Core } from '@strapi/types';

import type { CheckpointMailer } from '../audit';
import { tables } from '../platform/database/connection';
import { readSettings } from '../platform/settings';

import { renderCheckpointMail } from './checkpoint-mail';
import { enqueueMail, OUTBOX_TABLE } from './outbox';

const KIND = 'audit-checkpoint';

interface OutboxState {
  readonly state: 'pending' | 'sent' | 'failed';
  readonly failure: string | null;
}

/** Sends checkpoints of the audit trail through the outbox, one mail an address: nobody learns who else gets one. */
export function checkpointMailer(strapi: Core.Strapi): CheckpointMailer {
  const { controller, publicUrl } = readSettings(strapi);
  return {
    async send({ note, size, createdAt }, { mail: addresses, language }) {
      const body = renderCheckpointMail(language, {
        controller: controller.name,
        note,
        size,
        createdAt,
        keyUrl: publicUrl === undefined ? null : new URL('/api/gdpr/transparency/key', publicUrl).href,
      });
      for (const recipient of addresses)
        await enqueueMail(strapi, { kind: KIND, subjectId: null, recipient, ...body });
    },

    async undelivered() {
      const from = await tables(strapi);
      const rows = (await from(OUTBOX_TABLE)
        .select('state', 'failure')
        .where({ kind: KIND })
        .orderBy('id', 'desc')
        .limit(1)) as OutboxState[];
      const [last] = rows;
      if (last?.failure == null || last.state === 'sent') return null;
      return last.state === 'failed'
        ? `the mail could not be delivered (${last.failure})`
        : `the mail waits for the mail server (${last.failure})`;
    },
  };
}
