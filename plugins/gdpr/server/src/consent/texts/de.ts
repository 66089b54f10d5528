import type { Texts } from './texts';

export const de: Texts = {
  checkInbox: {
    title: 'Bitte sehen Sie in Ihr Postfach',
    text: 'Wenn die Adresse stimmt, ist eine E-Mail dorthin unterwegs. Öffnen Sie den Link darin, um zu bestätigen.',
  },
  confirm: {
    title: 'Anmeldung bestätigen',
    text: 'Ein Klick, und Ihre Einwilligung gilt:',
    button: 'Bestätigen',
  },
  confirmed: {
    title: 'Bestätigt',
    text: 'Vielen Dank. Ihre Einwilligung ist festgehalten. Sie können sie jederzeit über den Link in jeder E-Mail widerrufen.',
  },
  alreadyConfirmed: {
    title: 'Bereits bestätigt',
    text: 'Diese Anmeldung wurde schon bestätigt. Sie müssen nichts mehr tun.',
  },
  expired: {
    title: 'Dieser Link ist abgelaufen',
    text: 'Es wurde nichts bestätigt. Sie können sich an dieselbe Adresse einen neuen Link senden lassen.',
    button: 'Neuen Link senden',
  },
  unknownLink: {
    title: 'Dieser Link ist ungültig',
    text: 'Vielleicht ist er unvollständig. Bitte öffnen Sie ihn noch einmal aus der E-Mail, oder melden Sie sich neu an.',
  },
  leave: {
    title: 'Abmelden',
    text: 'Ein Klick, und Sie erhalten keine E-Mails mehr zu:',
    button: 'Abmelden',
  },
  left: {
    title: 'Abgemeldet',
    text: 'Ihre Einwilligung ist widerrufen. Sie erhalten zu diesem Zweck keine E-Mails mehr.',
  },
  toPreferences: 'Alle Ihre Einstellungen ansehen und ändern',
  form: {
    title: 'Anmelden',
    email: 'E-Mail-Adresse',
    choose: 'Worin willigen Sie ein?',
    submit: 'Anmelden',
    withdrawal: 'Sie erhalten eine E-Mail zur Bestätigung. Sie können jederzeit mit einem Klick widerrufen.',
    faults: 'Bitte prüfen Sie, was unten markiert ist. Es wurde nichts abgeschickt.',
    emailFault: 'Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org.',
    purposesFault: 'Kreuzen Sie mindestens ein Kästchen an.',
    textsFault:
      'Worin Sie einwilligen, wurde neu formuliert, seit Sie das Formular geöffnet haben: Bitte lesen Sie es noch einmal.',
    ageFault: 'Sagen Sie uns, was von beidem zutrifft.',
    guardianFault: 'Geben Sie die E-Mail-Adresse eines Elternteils oder Vormunds ein; die eigene geht nicht.',
    age: (years) => `Sind Sie ${String(years)} oder älter?`,
    oldEnough: (years) => `Ich bin ${String(years)} oder älter`,
    underAge: (years) => `Ich bin jünger als ${String(years)}`,
    guardianEmail: 'E-Mail-Adresse eines Elternteils oder Vormunds',
    guardianHint:
      'Nur wenn Sie jünger sind. Wir bitten dort um die Einwilligung und verwenden die Adresse für nichts anderes.',
    trap: 'Bitte lassen Sie dieses Feld leer',
    nothing: {
      title: 'Hier gibt es nichts zum Anmelden',
      text: 'Dieses Formular nennt keinen Zweck dieser Website. Bitte sagen Sie das der Stelle, die Sie hierher geschickt hat.',
    },
    sending: 'Wird gesendet …',
  },
  preferences: {
    title: 'Ihre Einstellungen',
    intro: (controller, address) => `Was Sie mit ${controller} vereinbart haben, für die Adresse ${address}.`,
    purposes: 'Wofür Ihre Daten verwendet werden dürfen',
    noPurposes: 'Hier gibt es noch nichts auszuwählen.',
    given: (date) => `Eingewilligt am ${date}`,
    pending: 'Wartet auf Ihre Bestätigung per E-Mail',
    withdrawn: (date) => `Widerrufen am ${date}`,
    refused: (date) => `Abgelehnt am ${date}`,
    expired: (date) => `Abgelaufen am ${date}`,
    none: 'Keine Einwilligung',
    byMail: 'Wir senden Ihnen dazu eine E-Mail zur Bestätigung.',
    byGuardian: 'Ein Elternteil oder Vormund muss zustimmen.',
    channels: 'Wie wir Sie erreichen dürfen',
    channel: { email: 'Per E-Mail', sms: 'Per SMS', phone: 'Per Telefon', post: 'Per Post' },
    language: 'Sprache der E-Mails und Seiten',
    save: 'Einstellungen speichern',
    withdrawAll: 'Alles widerrufen',
    withdrawAllHint: 'Ein Klick, und keine dieser Verwendungen Ihrer Daten ist mehr erlaubt.',
    saved: 'Ihre Einstellungen sind gespeichert.',
    savedByMail:
      'Wir haben Ihnen eine E-Mail gesandt: Was auf Bestätigung wartet, gilt, sobald Sie deren Link öffnen.',
    privacyControl: (purposes) =>
      `Ihr Browser bittet mit Global Privacy Control darum, Ihre Daten weder zu verkaufen noch weiterzugeben. Wir haben das als Ihre Ablehnung festgehalten für: ${purposes}.`,
    privacyControlHeld:
      'Abgelehnt durch Global Privacy Control Ihres Browsers, solange es eingeschaltet ist.',
    policies: 'Richtlinien und Bedingungen',
    policyAccepted: (version, date) => `Fassung ${version}, angenommen am ${date}`,
    policyWithdrawn: (date) => `Annahme widerrufen am ${date}`,
    policyOpen: 'Nicht angenommen',
    policyRenew:
      'Der Text hat sich geändert, seit Sie ihn angenommen haben. Bitte lesen Sie ihn, und nehmen Sie ihn neu an, wenn Sie zustimmen.',
    policyRead: (title) => `„${title}“ lesen`,
    policyAccept: (title) => `„${title}“ annehmen`,
    policyWithdraw: (title) => `Annahme von „${title}“ widerrufen`,
    rights: 'Ihre Daten',
  },
  askForLink: {
    title: 'Einstellungen ansehen und ändern',
    text: 'Geben Sie Ihre E-Mail-Adresse ein. Wenn wir sie kennen, senden wir Ihren persönlichen Link dorthin.',
    button: 'Link zusenden',
    sent: {
      title: 'Bitte sehen Sie in Ihr Postfach',
      text: 'Wenn wir diese Adresse kennen, ist eine E-Mail mit dem Link dorthin unterwegs.',
    },
  },
  guardian: {
    title: 'Einwilligung für ein Kind',
    text: 'Ein Kind hat um Folgendes gebeten, und das Gesetz verlangt dafür Ihre Einwilligung:',
    declaration: 'Ich trage die elterliche Verantwortung für dieses Kind und willige ein.',
    button: 'Einwilligen',
    asked: {
      title: 'Danke, ein Schritt fehlt noch',
      text: 'Wir haben den Elternteil oder Vormund per E-Mail gefragt. Es beginnt, sobald die Zustimmung da ist.',
    },
    confirmed: {
      title: 'Einwilligung festgehalten',
      text: 'Vielen Dank. Ihre Einwilligung für das Kind ist festgehalten. Sie kann jederzeit über den Link in jeder E-Mail widerrufen werden.',
    },
  },
  mail: {
    optIn: {
      subject: (controller) => `Bitte bestätigen Sie Ihre Anmeldung – ${controller}`,
      intro: (controller, purposes) =>
        `Jemand, vermutlich Sie, hat sich bei ${controller} angemeldet für: ${purposes}. Bitte bestätigen Sie, dass Sie es waren.`,
      button: 'Bestätigen',
      expiry: (hours) => `Der Link gilt ${String(hours)} Stunden.`,
      ignore: 'Wenn Sie es nicht waren, ignorieren Sie diese E-Mail: Sie erhalten dann nichts.',
    },
    reminder: {
      subject: (controller) => `Ihre Bestätigung fehlt noch – ${controller}`,
      intro: (controller, purposes) =>
        `Sie haben sich bei ${controller} angemeldet für: ${purposes}. Das ist noch nicht bestätigt. Dies ist die einzige Erinnerung.`,
    },
    welcome: {
      subject: (controller) => `Ihre Anmeldung ist bestätigt – ${controller}`,
      text: (controller, purposes) => `Sie haben bei ${controller} bestätigt: ${purposes}.`,
    },
    guardian: {
      subject: (controller) => `Ein Kind bittet um Ihre Einwilligung – ${controller}`,
      intro: (controller, child, purposes) =>
        `Ein Kind mit der E-Mail-Adresse ${child} hat sich bei ${controller} angemeldet für: ${purposes}, und Sie als Elternteil oder Vormund genannt. Nach dem Gesetz braucht es Ihre Einwilligung (Art. 8 DSGVO).`,
      button: 'Ansehen und einwilligen',
      ignore:
        'Wenn Sie nicht zustimmen oder kein solches Kind kennen, ignorieren Sie diese E-Mail: Dann beginnt nichts, und wir löschen Ihre Adresse.',
    },
    link: {
      subject: (controller) => `Ihr Link zu Ihren Einstellungen – ${controller}`,
      text: (controller) =>
        `Über diesen Link sehen und ändern Sie, was Sie mit ${controller} vereinbart haben. Er ist persönlich: Bitte geben Sie ihn nicht weiter.`,
      ignore: 'Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E-Mail: Es wurde nichts geändert.',
    },
    unsubscribe: 'Sie können jederzeit mit einem Klick widerrufen',
    preferences: 'Alle Ihre Einstellungen ansehen und ändern',
  },
};
