import type { Texts } from './texts';

export const fr: Texts = {
  checkInbox: {
    title: 'Consultez votre boîte de réception',
    text: 'Si l’adresse est correcte, un e-mail est en route. Ouvrez son lien pour confirmer.',
  },
  confirm: {
    title: 'Confirmer votre inscription',
    text: 'Un clic, et votre consentement prend effet :',
    button: 'Confirmer',
  },
  confirmed: {
    title: 'Confirmé',
    text: 'Merci. Votre consentement est enregistré. Vous pouvez le retirer à tout moment par le lien figurant dans chaque e-mail.',
  },
  alreadyConfirmed: {
    title: 'Déjà confirmé',
    text: 'Cette inscription a déjà été confirmée. Il n’y a plus rien à faire.',
  },
  expired: {
    title: 'Ce lien a expiré',
    text: 'Rien n’a été confirmé. Vous pouvez recevoir un nouveau lien à la même adresse.',
    button: 'Envoyer un nouveau lien',
  },
  unknownLink: {
    title: 'Ce lien n’est pas valide',
    text: 'Il est peut-être incomplet. Ouvrez-le de nouveau depuis l’e-mail, ou inscrivez-vous à nouveau.',
  },
  leave: {
    title: 'Se désabonner',
    text: 'Un clic, et vous ne recevrez plus d’e-mails pour :',
    button: 'Se désabonner',
  },
  left: {
    title: 'Désabonné',
    text: 'Votre consentement est retiré. Vous ne recevrez plus d’e-mails pour cette finalité.',
  },
  toPreferences: 'Voir et modifier tous vos choix',
  form: {
    title: 'S’inscrire',
    email: 'Adresse e-mail',
    choose: 'À quoi consentez-vous ?',
    submit: 'S’inscrire',
    withdrawal:
      'Vous recevrez un e-mail de confirmation. Vous pouvez retirer votre consentement à tout moment, en un clic.',
    faults: 'Vérifiez ce qui est signalé ci-dessous. Rien n’a été envoyé.',
    emailFault: 'Saisissez une adresse e-mail, par exemple nom@example.org.',
    purposesFault: 'Cochez au moins une case.',
    textsFault:
      'Ce à quoi vous consentez a été reformulé depuis que vous avez ouvert le formulaire : veuillez le relire.',
    ageFault: 'Indiquez laquelle des deux réponses s’applique.',
    guardianFault: 'Saisissez l’adresse e-mail d’un parent ou tuteur ; ce ne peut pas être la vôtre.',
    age: (years) => `Avez-vous ${String(years)} ans ou plus ?`,
    oldEnough: (years) => `J’ai ${String(years)} ans ou plus`,
    underAge: (years) => `J’ai moins de ${String(years)} ans`,
    guardianEmail: 'Adresse e-mail d’un parent ou tuteur',
    guardianHint:
      'Seulement si vous êtes plus jeune. Nous lui demandons son consentement et n’utilisons son adresse pour rien d’autre.',
    trap: 'Veuillez laisser ce champ vide',
    nothing: {
      title: 'Il n’y a rien à quoi s’inscrire ici',
      text: 'Ce formulaire ne nomme aucune finalité de ce site. Veuillez le signaler à qui vous a envoyé ici.',
    },
    sending: 'Envoi en cours…',
  },
  preferences: {
    title: 'Vos choix',
    intro: (controller, address) => `Ce que vous avez convenu avec ${controller}, pour l’adresse ${address}.`,
    purposes: 'À quoi vos données peuvent servir',
    noPurposes: 'Il n’y a encore rien à choisir ici.',
    given: (date) => `Consentement donné le ${date}`,
    pending: 'En attente de votre confirmation par e-mail',
    withdrawn: (date) => `Retiré le ${date}`,
    refused: (date) => `Refusé le ${date}`,
    expired: (date) => `Expiré le ${date}`,
    none: 'Pas de consentement',
    byMail: 'Nous vous enverrons un e-mail pour le confirmer.',
    byGuardian: 'Un parent ou tuteur doit donner son accord.',
    channels: 'Comment nous pouvons vous joindre',
    channel: { email: 'Par e-mail', sms: 'Par SMS', phone: 'Par téléphone', post: 'Par courrier' },
    language: 'Langue des e-mails et des pages',
    save: 'Enregistrer mes choix',
    withdrawAll: 'Tout retirer',
    withdrawAllHint: 'Un clic, et aucune de ces utilisations de vos données n’est plus autorisée.',
    saved: 'Vos choix sont enregistrés.',
    savedByMail:
      'Nous vous avons envoyé un e-mail : ce qui attend une confirmation prend effet quand vous ouvrez son lien.',
    privacyControl: (purposes) =>
      `Votre navigateur demande par Global Privacy Control de ne pas vendre ni partager vos données. Nous l’avons enregistré comme votre refus de : ${purposes}.`,
    privacyControlHeld: 'Refusé par le Global Privacy Control de votre navigateur, tant qu’il est activé.',
    policies: 'Politiques et conditions',
    policyAccepted: (version, date) => `Version ${version}, acceptée le ${date}`,
    policyWithdrawn: (date) => `Acceptation retirée le ${date}`,
    policyOpen: 'Non acceptée',
    policyRenew:
      'Le texte a changé depuis que vous l’avez accepté. Lisez-le, et acceptez-le à nouveau si vous êtes d’accord.',
    policyRead: (title) => `Lire « ${title} »`,
    policyAccept: (title) => `Accepter « ${title} »`,
    policyWithdraw: (title) => `Retirer l’acceptation de « ${title} »`,
    rights: 'Vos données',
  },
  askForLink: {
    title: 'Voir et modifier vos choix',
    text: 'Saisissez votre adresse e-mail. Si nous la connaissons, nous y envoyons votre lien personnel.',
    button: 'M’envoyer le lien',
    sent: {
      title: 'Consultez votre boîte de réception',
      text: 'Si nous connaissons cette adresse, un e-mail avec le lien est en route.',
    },
  },
  guardian: {
    title: 'Consentement pour un enfant',
    text: 'Un enfant a fait cette demande, et la loi exige votre consentement :',
    declaration: 'Je suis titulaire de la responsabilité parentale pour cet enfant, et je consens.',
    button: 'Consentir',
    asked: {
      title: 'Merci, il reste une étape',
      text: 'Nous avons interrogé votre parent ou tuteur par e-mail. L’inscription commence dès son accord.',
    },
    confirmed: {
      title: 'Consentement enregistré',
      text: 'Merci. Votre consentement pour l’enfant est enregistré. Il peut être retiré à tout moment par le lien figurant dans chaque e-mail.',
    },
  },
  mail: {
    optIn: {
      subject: (controller) => `Veuillez confirmer votre inscription – ${controller}`,
      intro: (controller, purposes) =>
        `Quelqu’un, probablement vous, a demandé à ${controller} : ${purposes}. Veuillez confirmer que c’était bien vous.`,
      button: 'Confirmer',
      expiry: (hours) => `Le lien est valable ${String(hours)} heures.`,
      ignore: 'Si ce n’était pas vous, ignorez cet e-mail : rien ne vous sera envoyé.',
    },
    reminder: {
      subject: (controller) => `Votre confirmation manque encore – ${controller}`,
      intro: (controller, purposes) =>
        `Vous avez demandé à ${controller} : ${purposes}. Ce n’est pas encore confirmé. Ceci est le seul rappel.`,
    },
    welcome: {
      subject: (controller) => `Votre inscription est confirmée – ${controller}`,
      text: (controller, purposes) => `Vous avez confirmé auprès de ${controller} : ${purposes}.`,
    },
    guardian: {
      subject: (controller) => `Un enfant demande votre consentement – ${controller}`,
      intro: (controller, child, purposes) =>
        `Un enfant dont l’adresse e-mail est ${child} a demandé à ${controller} : ${purposes}, et vous a désigné comme parent ou tuteur. La loi exige votre consentement (art. 8 du RGPD).`,
      button: 'Voir la demande et consentir',
      ignore:
        'Si vous n’êtes pas d’accord ou ne connaissez pas cet enfant, ignorez cet e-mail : rien ne commence, et nous effaçons votre adresse.',
    },
    link: {
      subject: (controller) => `Votre lien vers vos choix – ${controller}`,
      text: (controller) =>
        `Ce lien vous montre ce que vous avez convenu avec ${controller} et vous permet de le modifier. Il est personnel : ne le transmettez pas.`,
      ignore: 'Si vous ne l’avez pas demandé, ignorez cet e-mail : rien n’a été modifié.',
    },
    unsubscribe: 'Vous pouvez retirer votre consentement à tout moment, en un clic',
    preferences: 'Voir et modifier tous vos choix',
  },
};
