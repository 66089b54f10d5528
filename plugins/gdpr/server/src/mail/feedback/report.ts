import PostalMime, { type Attachment } from 'postal-mime';

/** One recipient of a delivery status notification (RFC 3464, 2.3). */
export interface RecipientStatus {
  /** The addresses it speaks of, as they stand there: where it went in the end, and whom it was sent to. */
  readonly addresses: readonly string[];
  readonly action: string;
  /** Enhanced status code (RFC 3463), for example `5.1.1`. */
  readonly status: string;
}

/** What came back about a mail. It is a claim: whoever knows a mail's Message-ID may have written it. */
export type Report =
  | {
      readonly kind: 'bounce';
      /** Message-ID of the mail that it is about, with its angle brackets. */
      readonly messageId: string | null;
      readonly recipients: readonly RecipientStatus[];
    }
  | {
      readonly kind: 'complaint';
      readonly messageId: string | null;
      /** For example `abuse` (RFC 5965, 7.3). */
      readonly feedbackType: string;
      /** Whom the mail went to; many providers leave it out. */
      readonly recipients: readonly string[];
    };

/**
 * Reads a mail that reports about another: a delivery status notification (RFC 3464) or a spam complaint in the Abuse
 * Reporting Format (RFC 5965).
 *
 * @returns `null` for any other mail, an answer from a holiday for example
 */
export async function parseReport(mail: string | Uint8Array): Promise<Report | null> {
  const { attachments } = await PostalMime.parse(mail, {
    attachmentEncoding: 'utf8',
    forceRfc822Attachments: true,
  });
  const messageId = messageIdIn(
    part(attachments, 'message/rfc822') ?? part(attachments, 'text/rfc822-headers') ?? '',
  );
  const delivery =
    part(attachments, 'message/delivery-status') ?? part(attachments, 'message/global-delivery-status');
  if (delivery !== null) return { kind: 'bounce', messageId, recipients: statuses(delivery) };
  const feedback = part(attachments, 'message/feedback-report');
  if (feedback === null) return null;
  const fields = headerFields(feedback);
  return {
    kind: 'complaint',
    messageId,
    feedbackType: (fields.get('feedback-type')?.[0] ?? '').toLowerCase(),
    recipients: [...(fields.get('original-rcpt-to') ?? []), ...(fields.get('removal-recipient') ?? [])].map(
      addressIn,
    ),
  };
}

/**
 * Whether a status says that the address itself is dead (RFC 3463): no such mailbox or domain, moved, disabled. A full
 * mailbox, a refusal by policy or a mail that is too large are about something else.
 */
export function isDeadAddress({ action, status }: Pick<RecipientStatus, 'action' | 'status'>): boolean {
  return action === 'failed' && /^5\.(0\.0|1\.\d{1,3}|2\.1|4\.4)$/.test(status);
}

function statuses(text: string): RecipientStatus[] {
  // The first group of fields is about the message, each one after it about a recipient.
  return text
    .split(/\r?\n[ \t]*\r?\n/)
    .map(headerFields)
    .filter((fields) => fields.has('final-recipient') || fields.has('original-recipient'))
    .map((fields) => ({
      addresses: ['original-recipient', 'final-recipient'].flatMap((name) =>
        (fields.get(name) ?? []).map(addressIn),
      ),
      action: (fields.get('action')?.[0] ?? '').toLowerCase(),
      status: /^\d\.\d{1,3}\.\d{1,3}/.exec(fields.get('status')?.[0] ?? '')?.[0] ?? '',
    }));
}

function part(attachments: readonly Attachment[], type: string): string | null {
  const found = attachments.find(({ mimeType }) => mimeType.toLowerCase() === type);
  return typeof found?.content === 'string' ? found.content : null;
}

function messageIdIn(message: string): string | null {
  const head = message.split(/\r?\n\r?\n/)[0] ?? '';
  return /<[^<>\s]+>/.exec(headerFields(head).get('message-id')?.[0] ?? '')?.[0] ?? null;
}

/** Fields of a header, unfolded, by name in lower case. */
function headerFields(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return fields;
}

/** `rfc822; ada@example.org` and `<ada@example.org>` without what is around the address. */
function addressIn(value: string): string {
  return value
    .replace(/^[^;]*;\s*/, '')
    .replace(/^<|>$/g, '')
    .trim();
}
