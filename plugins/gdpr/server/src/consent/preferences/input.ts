import { badRequest } from '../../platform/errors';
import { spokenLanguage } from '../../platform/languages';
import { type Channel, CHANNELS } from '../../platform/settings';

import { field, fields, INTENT } from '../../public-pages';

import type { Changes } from './changes';

/**
 * What a person wants changed. A program sends `{"purposes": {"newsletter": false}, "channels": {"sms": true},
 * "language": "de"}` or `{"withdrawAll": true}`. A form sends what is ticked, and what it offered: what it did not
 * offer, because it is younger than the page, stays as it is.
 *
 * @throws ValidationError (400) when there is nothing in it that could be changed
 */
export function parseChanges(body: unknown): Changes {
  const intent = field(body, INTENT);
  const changes: Changes = {
    purposes: choices(body, 'purposes', 'offered'),
    channels: channelsOf(choices(body, 'channels', 'offeredChannels')),
    language: spokenLanguage(field(body, 'language')),
    withdrawAll: intent === 'withdraw-all' || property(body, 'withdrawAll') === true,
  };
  const isEmpty =
    changes.purposes.size === 0 &&
    changes.channels.size === 0 &&
    changes.language === null &&
    !changes.withdrawAll;
  if (isEmpty && intent === undefined) {
    const message =
      'purposes, channels, language or withdrawAll is required, for example {"purposes": {"newsletter": false}}';
    throw badRequest('request-invalid', message, {
      errors: [{ path: ['purposes'], message, name: 'ValidationError' }],
    });
  }
  return changes;
}

function choices(body: unknown, name: string, offered: string): Map<string, boolean> {
  const given = property(body, name);
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    const entries = Object.entries(given).filter(
      (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
    );
    return new Map(entries);
  }
  const ticked = fields(body, name);
  return new Map(fields(body, offered).map((one) => [one, ticked.includes(one)]));
}

function channelsOf(choice: ReadonlyMap<string, boolean>): Map<Channel, boolean> {
  return new Map(
    [...choice].filter((entry): entry is [Channel, boolean] =>
      (CHANNELS as readonly string[]).includes(entry[0]),
    ),
  );
}

function property(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? (body as Record<string, unknown>)[name]
    : undefined;
}
