import type { Language } from '../platform/languages';

import { type Purpose, textOf } from '../lawfulness';
import { type Answer, html, type Html } from '../public-pages';

interface Words {
  readonly checkTitle: string;
  readonly check: string;
  readonly confirmTitle: string;
  readonly confirm: string;
  readonly confirmButton: string;
  readonly doneTitle: string;
  readonly done: string;
  readonly alreadyTitle: string;
  readonly already: string;
  readonly expiredTitle: string;
  readonly expired: string;
  readonly expiredButton: string;
  readonly unknownTitle: string;
  readonly unknown: string;
  readonly leaveTitle: string;
  readonly leave: string;
  readonly leaveButton: string;
  readonly leftTitle: string;
  readonly left: string;
}

const WORDS: Record<Language, Words> = {
  en: {
    checkTitle: 'Please look into your inbox',
    check: 'If the address is right, a mail is on its way to it. Open its link to confirm.',
    confirmTitle: 'Confirm your subscription',
    confirm: 'One click, and your consent is in force:',
    confirmButton: 'Confirm',
    doneTitle: 'Confirmed',
    done: 'Thank you. Your consent has been recorded. You can withdraw it at any time by the link in each mail.',
    alreadyTitle: 'Already confirmed',
    already: 'This subscription has been confirmed before. There is nothing left to do.',
    expiredTitle: 'This link has expired',
    expired: 'Nothing has been confirmed. You can have a new link sent to the same address.',
    expiredButton: 'Send a new link',
    unknownTitle: 'This link is not valid',
    unknown: 'It may be incomplete. Please open it from the mail again, or subscribe anew.',
    leaveTitle: 'Unsubscribe',
    leave: 'One click, and you will get no more mail for:',
    leaveButton: 'Unsubscribe',
    leftTitle: 'Unsubscribed',
    left: 'Your consent has been withdrawn. You will get no more mail for this purpose.',
  },
  de: {
    checkTitle: 'Bitte sehen Sie in Ihr Postfach',
    check:
      'Wenn die Adresse stimmt, ist eine E-Mail dorthin unterwegs. Öffnen Sie den Link darin, um zu bestätigen.',
    confirmTitle: 'Anmeldung bestätigen',
    confirm: 'Ein Klick, und Ihre Einwilligung gilt:',
    confirmButton: 'Bestätigen',
    doneTitle: 'Bestätigt',
    done: 'Vielen Dank. Ihre Einwilligung ist festgehalten. Sie können sie jederzeit über den Link in jeder E-Mail widerrufen.',
    alreadyTitle: 'Bereits bestätigt',
    already: 'Diese Anmeldung wurde schon bestätigt. Sie müssen nichts mehr tun.',
    expiredTitle: 'Dieser Link ist abgelaufen',
    expired: 'Es wurde nichts bestätigt. Sie können sich an dieselbe Adresse einen neuen Link senden lassen.',
    expiredButton: 'Neuen Link senden',
    unknownTitle: 'Dieser Link ist ungültig',
    unknown:
      'Vielleicht ist er unvollständig. Bitte öffnen Sie ihn noch einmal aus der E-Mail, oder melden Sie sich neu an.',
    leaveTitle: 'Abmelden',
    leave: 'Ein Klick, und Sie erhalten keine E-Mails mehr zu:',
    leaveButton: 'Abmelden',
    leftTitle: 'Abgemeldet',
    left: 'Ihre Einwilligung ist widerrufen. Sie erhalten zu diesem Zweck keine E-Mails mehr.',
  },
  fr: {
    checkTitle: 'Consultez votre boîte de réception',
    check: 'Si l’adresse est correcte, un e-mail est en route. Ouvrez son lien pour confirmer.',
    confirmTitle: 'Confirmer votre inscription',
    confirm: 'Un clic, et votre consentement prend effet :',
    confirmButton: 'Confirmer',
    doneTitle: 'Confirmé',
    done: 'Merci. Votre consentement est enregistré. Vous pouvez le retirer à tout moment par le lien figurant dans chaque e-mail.',
    alreadyTitle: 'Déjà confirmé',
    already: 'Cette inscription a déjà été confirmée. Il n’y a plus rien à faire.',
    expiredTitle: 'Ce lien a expiré',
    expired: 'Rien n’a été confirmé. Vous pouvez recevoir un nouveau lien à la même adresse.',
    expiredButton: 'Envoyer un nouveau lien',
    unknownTitle: 'Ce lien n’est pas valide',
    unknown: 'Il est peut-être incomplet. Ouvrez-le de nouveau depuis l’e-mail, ou inscrivez-vous à nouveau.',
    leaveTitle: 'Se désabonner',
    leave: 'Un clic, et vous ne recevrez plus d’e-mails pour :',
    leaveButton: 'Se désabonner',
    leftTitle: 'Désabonné',
    left: 'Votre consentement est retiré. Vous ne recevrez plus d’e-mails pour cette finalité.',
  },
  es: {
    checkTitle: 'Revise su bandeja de entrada',
    check: 'Si la dirección es correcta, un correo está en camino. Abra su enlace para confirmar.',
    confirmTitle: 'Confirme su suscripción',
    confirm: 'Un clic y su consentimiento tendrá efecto:',
    confirmButton: 'Confirmar',
    doneTitle: 'Confirmado',
    done: 'Gracias. Su consentimiento ha quedado registrado. Puede retirarlo en cualquier momento con el enlace de cada correo.',
    alreadyTitle: 'Ya confirmado',
    already: 'Esta suscripción ya se había confirmado. No tiene que hacer nada más.',
    expiredTitle: 'Este enlace ha caducado',
    expired: 'No se ha confirmado nada. Puede recibir un enlace nuevo en la misma dirección.',
    expiredButton: 'Enviar un enlace nuevo',
    unknownTitle: 'Este enlace no es válido',
    unknown: 'Quizá esté incompleto. Ábralo de nuevo desde el correo o suscríbase otra vez.',
    leaveTitle: 'Cancelar la suscripción',
    leave: 'Un clic y no recibirá más correos sobre:',
    leaveButton: 'Cancelar la suscripción',
    leftTitle: 'Suscripción cancelada',
    left: 'Su consentimiento ha sido retirado. No recibirá más correos para esta finalidad.',
  },
};

export function checkInbox(language: Language): Answer {
  const { checkTitle, check } = WORDS[language];
  return answer(202, language, 'accepted', checkTitle, check);
}

export function askToConfirm(language: Language, purposes: readonly Purpose[]): Answer {
  const { confirmTitle, confirm, confirmButton } = WORDS[language];
  const content = html`<p>${confirm}</p>
    ${consentTexts(language, purposes)}
    <form method="post"><button>${confirmButton}</button></form>`;
  return { ...answer(200, language, 'confirmation-open', confirmTitle, confirm), content };
}

export function confirmed(language: Language): Answer {
  const { doneTitle, done } = WORDS[language];
  return answer(200, language, 'confirmed', doneTitle, done);
}

export function alreadyConfirmed(language: Language): Answer {
  const { alreadyTitle, already } = WORDS[language];
  return answer(200, language, 'already-confirmed', alreadyTitle, already);
}

/** @param renewAction where the form posts to, for a new link */
export function expired(language: Language, renewAction: string): Answer {
  const { expiredTitle, expired: text, expiredButton } = WORDS[language];
  const content = html`<p>${text}</p>
    <form method="post" action="${renewAction}"><button>${expiredButton}</button></form>`;
  return { ...answer(410, language, 'token-expired', expiredTitle, text), content };
}

export function unknownLink(language: Language): Answer {
  const { unknownTitle, unknown } = WORDS[language];
  return answer(404, language, 'token-unknown', unknownTitle, unknown);
}

export function askToUnsubscribe(language: Language, purpose: Purpose | null): Answer {
  const { leaveTitle, leave, leaveButton } = WORDS[language];
  const name =
    purpose === null
      ? html``
      : html`<ul>
          <li>${textOf(purpose, language).name}</li>
        </ul>`;
  const content = html`<p>${leave}</p>
    ${name}
    <form method="post"><button>${leaveButton}</button></form>`;
  return { ...answer(200, language, 'unsubscription-open', leaveTitle, leave), content };
}

export function unsubscribed(language: Language): Answer {
  const { leftTitle, left } = WORDS[language];
  return answer(200, language, 'unsubscribed', leftTitle, left);
}

function consentTexts(language: Language, purposes: readonly Purpose[]): Html {
  return html`<ul>
    ${purposes.map((purpose) => html`<li>${textOf(purpose, language).consent}</li>`)}
  </ul>`;
}

function answer(status: number, language: Language, code: string, title: string, message: string): Answer {
  return { status, language, code, title, message, content: html`<p>${message}</p>` };
}
