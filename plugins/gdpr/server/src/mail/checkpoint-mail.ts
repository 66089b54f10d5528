import { escapeHtml } from '../platform/html';
import type { Language } from '../platform/languages';

export interface CheckpointMail {
  readonly controller: string;
  /** The signed note (C2SP), with its last line feed. */
  readonly note: string;
  /** Entries it speaks of. */
  readonly size: number;
  readonly createdAt: Date;
  /** Where the verifier key is published; `null` when nobody said where people reach this server. */
  readonly keyUrl: string | null;
}

interface Words {
  readonly subject: (size: string, controller: string) => string;
  readonly what: (size: string, time: string) => string;
  readonly keep: string;
  readonly how: string;
  readonly key: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    subject: (size, controller) => `Audit trail: checkpoint over ${size} entries – ${controller}`,
    what: (size, time) =>
      `This is the signed checkpoint of the audit trail over its first ${size} entries, of ${time}.`,
    keep: 'Please keep this mail and do nothing else. Whoever rewrites one of these entries later, even with the signing key, cannot rewrite your copy.',
    how: 'To compare the trail with it, save this mail as a text file and run:',
    key: 'The key that signed it is published here',
  },
  de: {
    subject: (size, controller) => `Prüfprotokoll: Prüfpunkt über ${size} Einträge – ${controller}`,
    what: (size, time) =>
      `Dies ist der signierte Prüfpunkt des Prüfprotokolls über seine ersten ${size} Einträge, vom ${time}.`,
    keep: 'Bitte bewahren Sie diese E-Mail auf, mehr ist nicht zu tun. Wer später einen dieser Einträge umschreibt, und sei es mit dem Signaturschlüssel, kann Ihre Kopie nicht umschreiben.',
    how: 'Um das Protokoll damit zu vergleichen, speichern Sie diese E-Mail als Textdatei und führen Sie aus:',
    key: 'Der Schlüssel, der ihn signiert hat, ist hier veröffentlicht',
  },
  fr: {
    subject: (size, controller) => `Journal d’audit : point de contrôle sur ${size} entrées – ${controller}`,
    what: (size, time) =>
      `Voici le point de contrôle signé du journal d’audit sur ses ${size} premières entrées, du ${time}.`,
    keep: 'Conservez ce message, il n’y a rien d’autre à faire. Quiconque réécrirait plus tard l’une de ces entrées, même avec la clé de signature, ne pourrait pas réécrire votre copie.',
    how: 'Pour comparer le journal avec lui, enregistrez ce message en fichier texte et exécutez :',
    key: 'La clé qui l’a signé est publiée ici',
  },
  es: {
    subject: (size, controller) =>
      `Registro de auditoría: punto de control de ${size} entradas – ${controller}`,
    what: (size, time) =>
      `Este es el punto de control firmado del registro de auditoría sobre sus primeras ${size} entradas, de ${time}.`,
    keep: 'Conserve este mensaje; no hay nada más que hacer. Quien reescriba después una de estas entradas, incluso con la clave de firma, no podrá reescribir su copia.',
    how: 'Para comparar el registro con él, guarde este mensaje como archivo de texto y ejecute:',
    key: 'La clave que lo firmó está publicada aquí',
  },
};

const COMMAND = 'strapi-gdpr audit verify --dir EXPORT --witness MAIL.txt';

/** The mail that makes its reader a witness: it holds the note as it was signed, to the byte. */
export function renderCheckpointMail(
  language: Language,
  { controller, note, size, createdAt, keyUrl }: CheckpointMail,
): { readonly subjectLine: string; readonly text: string; readonly html: string } {
  const words = WORDS[language];
  const count = new Intl.NumberFormat(language).format(size);
  const time = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone: 'UTC',
  }).format(createdAt);
  const key = keyUrl === null ? [] : [`${words.key}: ${keyUrl}`];
  const before = [words.what(count, time), words.keep];
  const after = [words.how, COMMAND, ...key, controller];
  const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;
  const code = (text: string): string =>
    `<pre style="padding:12px;background:#f4f4f6;overflow-x:auto">${escapeHtml(text)}</pre>`;
  return {
    subjectLine: words.subject(count, controller),
    text: `${[...before, note.trimEnd(), ...after].join('\n\n')}\n`,
    html: [
      `<!doctype html><html lang="${language}"><body style="font:16px/1.5 sans-serif">`,
      ...before.map(paragraph),
      code(note),
      ...after.map((text) => (text === COMMAND ? code(text) : paragraph(text))),
      '</body></html>',
    ].join(''),
  };
}
