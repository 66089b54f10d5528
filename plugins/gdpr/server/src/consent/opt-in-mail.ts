import type { Language } from '../platform/languages';
import { escapeHtml } from '../public-pages';

export interface OptInMail {
  readonly controller: string;
  /** Names of the purposes in the language of the mail. */
  readonly purposes: readonly string[];
  readonly link: string;
  readonly hours: number;
}

export interface WelcomeMail {
  readonly controller: string;
  readonly purposes: readonly string[];
  readonly unsubscribeLink: string;
}

export interface MailBody {
  readonly subjectLine: string;
  readonly text: string;
  readonly html: string;
}

interface Words {
  readonly subject: (controller: string) => string;
  readonly intro: (controller: string, purposes: string) => string;
  readonly button: string;
  readonly expiry: (hours: number) => string;
  readonly ignore: string;
  readonly welcomeSubject: (controller: string) => string;
  readonly welcome: (controller: string, purposes: string) => string;
  readonly unsubscribe: string;
}

const WORDS: Record<Language, Words> = {
  en: {
    subject: (controller) => `Please confirm your subscription – ${controller}`,
    intro: (controller, purposes) =>
      `Somebody, probably you, asked ${controller} for: ${purposes}. Please confirm that it was you.`,
    button: 'Confirm',
    expiry: (hours) => `The link works for ${String(hours)} hours.`,
    ignore: 'If it was not you, ignore this mail: nothing will be sent to you.',
    welcomeSubject: (controller) => `Your subscription is confirmed – ${controller}`,
    welcome: (controller, purposes) => `You have confirmed with ${controller}: ${purposes}.`,
    unsubscribe: 'You can withdraw at any time, with one click',
  },
  de: {
    subject: (controller) => `Bitte bestätigen Sie Ihre Anmeldung – ${controller}`,
    intro: (controller, purposes) =>
      `Jemand, vermutlich Sie, hat sich bei ${controller} angemeldet für: ${purposes}. Bitte bestätigen Sie, dass Sie es waren.`,
    button: 'Bestätigen',
    expiry: (hours) => `Der Link gilt ${String(hours)} Stunden.`,
    ignore: 'Wenn Sie es nicht waren, ignorieren Sie diese E-Mail: Sie erhalten dann nichts.',
    welcomeSubject: (controller) => `Ihre Anmeldung ist bestätigt – ${controller}`,
    welcome: (controller, purposes) => `Sie haben bei ${controller} bestätigt: ${purposes}.`,
    unsubscribe: 'Sie können jederzeit mit einem Klick widerrufen',
  },
  fr: {
    subject: (controller) => `Veuillez confirmer votre inscription – ${controller}`,
    intro: (controller, purposes) =>
      `Quelqu’un, probablement vous, a demandé à ${controller} : ${purposes}. Veuillez confirmer que c’était bien vous.`,
    button: 'Confirmer',
    expiry: (hours) => `Le lien est valable ${String(hours)} heures.`,
    ignore: 'Si ce n’était pas vous, ignorez cet e-mail : rien ne vous sera envoyé.',
    welcomeSubject: (controller) => `Votre inscription est confirmée – ${controller}`,
    welcome: (controller, purposes) => `Vous avez confirmé auprès de ${controller} : ${purposes}.`,
    unsubscribe: 'Vous pouvez retirer votre consentement à tout moment, en un clic',
  },
  es: {
    subject: (controller) => `Confirme su suscripción – ${controller}`,
    intro: (controller, purposes) =>
      `Alguien, probablemente usted, ha solicitado a ${controller}: ${purposes}. Confirme que fue usted.`,
    button: 'Confirmar',
    expiry: (hours) => `El enlace es válido durante ${String(hours)} horas.`,
    ignore: 'Si no fue usted, ignore este correo: no recibirá nada.',
    welcomeSubject: (controller) => `Su suscripción está confirmada – ${controller}`,
    welcome: (controller, purposes) => `Ha confirmado con ${controller}: ${purposes}.`,
    unsubscribe: 'Puede retirar su consentimiento en cualquier momento, con un clic',
  },
};

/** The opt-in mail: no advertising, not even a logo, or it would itself need the consent it asks for. */
export function renderOptInMail(language: Language, mail: OptInMail): MailBody {
  const words = WORDS[language];
  const intro = words.intro(mail.controller, mail.purposes.join(', '));
  const expiry = words.expiry(mail.hours);
  return {
    subjectLine: words.subject(mail.controller),
    text: `${intro}\n\n${words.button}: ${mail.link}\n\n${expiry}\n${words.ignore}\n\n${mail.controller}\n`,
    html: body(language, [
      paragraph(intro),
      button(mail.link, words.button),
      paragraph(expiry),
      paragraph(words.ignore),
      paragraph(mail.controller),
    ]),
  };
}

/** What follows a confirmation, and carries the way out (RFC 8058 in its headers). */
export function renderWelcomeMail(language: Language, mail: WelcomeMail): MailBody {
  const words = WORDS[language];
  const welcome = words.welcome(mail.controller, mail.purposes.join(', '));
  const link = `<a href="${escapeHtml(mail.unsubscribeLink)}">${escapeHtml(words.unsubscribe)}</a>`;
  return {
    subjectLine: words.welcomeSubject(mail.controller),
    text: `${welcome}\n\n${words.unsubscribe}: ${mail.unsubscribeLink}\n\n${mail.controller}\n`,
    html: body(language, [paragraph(welcome), `<p>${link}</p>`, paragraph(mail.controller)]),
  };
}

function body(language: Language, parts: readonly string[]): string {
  return `<!doctype html><html lang="${language}"><body style="font:16px/1.5 sans-serif">${parts.join('')}</body></html>`;
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

function button(link: string, label: string): string {
  const style =
    'display:inline-block;padding:12px 28px;background:#3a35c4;color:#fff;border-radius:6px;text-decoration:none;font-weight:600';
  return `<p><a href="${escapeHtml(link)}" style="${style}">${escapeHtml(label)}</a></p><p>${escapeHtml(link)}</p>`;
}
