import type { Language } from '../platform/languages';

/** What the frame around every page says. */
export interface FrameTexts {
  /** The language's own name, in itself. */
  readonly name: string;
  readonly languages: string;
  readonly privacyPolicy: string;
  readonly tooManyTitle: string;
  readonly tooMany: (seconds: number) => string;
  readonly invalidTitle: string;
  readonly invalid: string;
  readonly brokenTitle: string;
  readonly broken: string;
}

export const FRAME: Readonly<Record<Language, FrameTexts>> = {
  en: {
    name: 'English',
    languages: 'Languages',
    privacyPolicy: 'Privacy policy',
    tooManyTitle: 'Too many attempts',
    tooMany: (seconds) => `Please try again in ${String(seconds)} seconds. Nothing has been changed.`,
    invalidTitle: 'This could not be read',
    invalid:
      'Something is missing or not right. Nothing has been changed. Please go back and check what you entered.',
    brokenTitle: 'Something went wrong here',
    broken: 'Nothing has been changed. Please try again in a few minutes.',
  },
  de: {
    name: 'Deutsch',
    languages: 'Sprachen',
    privacyPolicy: 'Datenschutzerklärung',
    tooManyTitle: 'Zu viele Versuche',
    tooMany: (seconds) =>
      `Bitte versuchen Sie es in ${String(seconds)} Sekunden noch einmal. Es wurde nichts geändert.`,
    invalidTitle: 'Das war nicht lesbar',
    invalid:
      'Etwas fehlt oder stimmt nicht. Es wurde nichts geändert. Bitte gehen Sie zurück und prüfen Sie Ihre Angaben.',
    brokenTitle: 'Hier ist etwas schiefgegangen',
    broken: 'Es wurde nichts geändert. Bitte versuchen Sie es in einigen Minuten noch einmal.',
  },
  fr: {
    name: 'Français',
    languages: 'Langues',
    privacyPolicy: 'Politique de confidentialité',
    tooManyTitle: 'Trop de tentatives',
    tooMany: (seconds) => `Veuillez réessayer dans ${String(seconds)} secondes. Rien n’a été modifié.`,
    invalidTitle: 'Cette demande est illisible',
    invalid:
      'Il manque quelque chose ou une donnée est incorrecte. Rien n’a été modifié. Revenez en arrière et vérifiez votre saisie.',
    brokenTitle: 'Une erreur s’est produite',
    broken: 'Rien n’a été modifié. Veuillez réessayer dans quelques minutes.',
  },
  es: {
    name: 'Español',
    languages: 'Idiomas',
    privacyPolicy: 'Política de privacidad',
    tooManyTitle: 'Demasiados intentos',
    tooMany: (seconds) => `Inténtelo de nuevo en ${String(seconds)} segundos. No se ha cambiado nada.`,
    invalidTitle: 'No se ha podido leer',
    invalid:
      'Falta algo o un dato no es correcto. No se ha cambiado nada. Vuelva atrás y revise lo que ha escrito.',
    brokenTitle: 'Algo ha fallado',
    broken: 'No se ha cambiado nada. Inténtelo de nuevo dentro de unos minutos.',
  },
};
