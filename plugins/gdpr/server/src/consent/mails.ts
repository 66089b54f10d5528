import { directionOf, type Language } from '../platform/languages';

import { escapeHtml } from '../public-pages';

import { TEXTS } from './texts';

export interface MailBody {
  readonly subjectLine: string;
  readonly text: string;
  readonly html: string;
}

export interface OptInMail {
  readonly controller: string;
  /** Names of the purposes in the language of the mail. */
  readonly purposes: readonly string[];
  readonly link: string;
  readonly hours: number;
}

export interface Links {
  readonly unsubscribe: string;
  readonly preferences: string;
}

/** The opt-in mail: no advertising, not even a logo, or it would itself need the consent it asks for. */
export function renderOptInMail(
  language: Language,
  { controller, purposes, link, hours }: OptInMail,
  kind: 'optIn' | 'reminder' = 'optIn',
): MailBody {
  const { optIn, [kind]: words } = TEXTS[language].mail;
  return compose(language, words.subject(controller), [
    words.intro(controller, purposes.join(', ')),
    { link, label: optIn.button },
    [optIn.expiry(hours), optIn.ignore],
    controller,
  ]);
}

/** What a parent or guardian is asked, and nothing else: they have not agreed to any mail yet. */
export function renderGuardianMail(
  language: Language,
  { controller, child, purposes, link, hours }: OptInMail & { readonly child: string },
): MailBody {
  const { guardian, optIn } = TEXTS[language].mail;
  return compose(language, guardian.subject(controller), [
    guardian.intro(controller, child, purposes.join(', ')),
    { link, label: guardian.button },
    [optIn.expiry(hours), guardian.ignore],
    controller,
  ]);
}

/** What follows a confirmation, and carries the way out (RFC 8058 in its headers). */
export function renderWelcomeMail(
  language: Language,
  { controller, purposes, links }: { controller: string; purposes: readonly string[]; links: Links },
): MailBody {
  const { welcome, unsubscribe, preferences } = TEXTS[language].mail;
  return compose(language, welcome.subject(controller), [
    welcome.text(controller, purposes.join(', ')),
    { link: links.unsubscribe, label: unsubscribe, quiet: true },
    { link: links.preferences, label: preferences, quiet: true },
    controller,
  ]);
}

/** The mail that brings somebody the link to their choices. */
export function renderLinkMail(
  language: Language,
  { controller, link }: { controller: string; link: string },
): MailBody {
  const { link: words, preferences } = TEXTS[language].mail;
  return compose(language, words.subject(controller), [
    words.text(controller),
    { link, label: preferences },
    words.ignore,
    controller,
  ]);
}

/** A paragraph, lines of one, or a link: as a button, or quietly. */
type Part =
  string | readonly string[] | { readonly link: string; readonly label: string; readonly quiet?: boolean };

const BUTTON =
  'display:inline-block;padding:12px 28px;background:#3a35c4;color:#ffffff;border-radius:6px;text-decoration:none;font-weight:600';

/** The same in plain text and in HTML: whoever reads one has missed nothing of the other. */
export function compose(language: Language, subjectLine: string, parts: readonly Part[]): MailBody {
  const text = parts.map((part) =>
    typeof part === 'string' ? part : 'link' in part ? `${part.label}: ${part.link}` : part.join('\n'),
  );
  const markup = parts.map((part) => {
    if (typeof part === 'string') return `<p>${escapeHtml(part)}</p>`;
    if (!('link' in part)) return `<p>${part.map(escapeHtml).join('<br>')}</p>`;
    const [href, label] = [escapeHtml(part.link), escapeHtml(part.label)];
    return part.quiet === true
      ? `<p><a href="${href}">${label}</a></p>`
      : `<p><a href="${href}" style="${BUTTON}">${label}</a></p><p>${href}</p>`;
  });
  return {
    subjectLine,
    text: `${text.join('\n\n')}\n`,
    html: `<!doctype html><html lang="${language}" dir="${directionOf(language)}"><head><meta charset="utf-8"><title>${escapeHtml(subjectLine)}</title></head><body style="font:16px/1.5 sans-serif">${markup.join('')}</body></html>`,
  };
}
