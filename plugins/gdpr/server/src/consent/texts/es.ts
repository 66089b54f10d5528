import type { Texts } from './texts';

export const es: Texts = {
  checkInbox: {
    title: 'Revise su bandeja de entrada',
    text: 'Si la dirección es correcta, un correo está en camino. Abra su enlace para confirmar.',
  },
  confirm: {
    title: 'Confirme su suscripción',
    text: 'Un clic y su consentimiento tendrá efecto:',
    button: 'Confirmar',
  },
  confirmed: {
    title: 'Confirmado',
    text: 'Gracias. Su consentimiento ha quedado registrado. Puede retirarlo en cualquier momento con el enlace de cada correo.',
  },
  alreadyConfirmed: {
    title: 'Ya confirmado',
    text: 'Esta suscripción ya se había confirmado. No tiene que hacer nada más.',
  },
  expired: {
    title: 'Este enlace ha caducado',
    text: 'No se ha confirmado nada. Puede recibir un enlace nuevo en la misma dirección.',
    button: 'Enviar un enlace nuevo',
  },
  unknownLink: {
    title: 'Este enlace no es válido',
    text: 'Quizá esté incompleto. Ábralo de nuevo desde el correo o suscríbase otra vez.',
  },
  leave: {
    title: 'Cancelar la suscripción',
    text: 'Un clic y no recibirá más correos sobre:',
    button: 'Cancelar la suscripción',
  },
  left: {
    title: 'Suscripción cancelada',
    text: 'Su consentimiento ha sido retirado. No recibirá más correos para esta finalidad.',
  },
  toPreferences: 'Ver y cambiar todas sus preferencias',
  form: {
    title: 'Suscribirse',
    email: 'Dirección de correo electrónico',
    choose: '¿A qué da su consentimiento?',
    submit: 'Suscribirse',
    withdrawal:
      'Recibirá un correo para confirmar. Puede retirar su consentimiento en cualquier momento, con un clic.',
    faults: 'Revise lo que está marcado abajo. No se ha enviado nada.',
    emailFault: 'Escriba una dirección de correo, por ejemplo nombre@example.org.',
    purposesFault: 'Marque al menos una casilla.',
    textsFault:
      'Aquello a lo que da su consentimiento se ha reformulado desde que abrió el formulario: léalo de nuevo.',
    ageFault: 'Indique cuál de las dos respuestas es la suya.',
    guardianFault: 'Escriba la dirección de correo de su madre, padre o tutor; no puede ser la suya.',
    age: (years) => `¿Tiene ${String(years)} años o más?`,
    oldEnough: (years) => `Tengo ${String(years)} años o más`,
    underAge: (years) => `Tengo menos de ${String(years)} años`,
    guardianEmail: 'Dirección de correo de su madre, padre o tutor',
    guardianHint:
      'Solo si tiene menos años. Le pedimos su consentimiento y no usamos su dirección para nada más.',
    trap: 'Deje este campo vacío',
    nothing: {
      title: 'Aquí no hay nada a lo que suscribirse',
      text: 'Este formulario no nombra ninguna finalidad de este sitio. Avise a quien le envió aquí.',
    },
    sending: 'Enviando…',
  },
  preferences: {
    title: 'Sus preferencias',
    intro: (controller, address) => `Lo que ha acordado con ${controller}, para la dirección ${address}.`,
    purposes: 'Para qué se pueden usar sus datos',
    noPurposes: 'Todavía no hay nada que elegir aquí.',
    given: (date) => `Consentimiento dado el ${date}`,
    pending: 'A la espera de su confirmación por correo',
    withdrawn: (date) => `Retirado el ${date}`,
    refused: (date) => `Rechazado el ${date}`,
    expired: (date) => `Caducado el ${date}`,
    none: 'Sin consentimiento',
    byMail: 'Le enviaremos un correo para confirmarlo.',
    byGuardian: 'Su madre, padre o tutor tiene que dar su consentimiento.',
    channels: 'Cómo podemos contactarle',
    channel: {
      email: 'Por correo electrónico',
      sms: 'Por SMS',
      phone: 'Por teléfono',
      post: 'Por correo postal',
    },
    language: 'Idioma de los correos y las páginas',
    save: 'Guardar mis preferencias',
    withdrawAll: 'Retirarlo todo',
    withdrawAllHint: 'Un clic y ninguno de estos usos de sus datos estará ya permitido.',
    saved: 'Sus preferencias se han guardado.',
    savedByMail:
      'Le hemos enviado un correo: lo que espera confirmación tendrá efecto cuando abra su enlace.',
    privacyControl: (purposes) =>
      `Su navegador pide mediante Global Privacy Control que no se vendan ni compartan sus datos. Lo hemos registrado como su rechazo de: ${purposes}.`,
    privacyControlHeld: 'Rechazado por el Global Privacy Control de su navegador, mientras esté activado.',
    policies: 'Políticas y condiciones',
    policyAccepted: (version, date) => `Versión ${version}, aceptada el ${date}`,
    policyWithdrawn: (date) => `Aceptación retirada el ${date}`,
    policyOpen: 'No aceptada',
    policyRenew: 'El texto ha cambiado desde que lo aceptó. Léalo y acéptelo de nuevo si está de acuerdo.',
    policyRead: (title) => `Leer «${title}»`,
    policyAccept: (title) => `Aceptar «${title}»`,
    policyWithdraw: (title) => `Retirar la aceptación de «${title}»`,
    rights: 'Sus datos',
  },
  askForLink: {
    title: 'Ver y cambiar sus preferencias',
    text: 'Escriba su dirección de correo. Si la conocemos, enviaremos a ella su enlace personal.',
    button: 'Enviarme el enlace',
    sent: {
      title: 'Revise su bandeja de entrada',
      text: 'Si conocemos esta dirección, un correo con el enlace está en camino.',
    },
  },
  guardian: {
    title: 'Consentimiento para un menor',
    text: 'Un menor ha solicitado lo siguiente, y la ley exige su consentimiento:',
    declaration: 'Tengo la patria potestad o la tutela de este menor y doy mi consentimiento.',
    button: 'Dar mi consentimiento',
    asked: {
      title: 'Gracias, falta un paso',
      text: 'Hemos preguntado por correo a su madre, padre o tutor. Empezará cuando dé su consentimiento.',
    },
    confirmed: {
      title: 'Consentimiento registrado',
      text: 'Gracias. Su consentimiento para el menor ha quedado registrado. Puede retirarse en cualquier momento con el enlace de cada correo.',
    },
  },
  mail: {
    optIn: {
      subject: (controller) => `Confirme su suscripción – ${controller}`,
      intro: (controller, purposes) =>
        `Alguien, probablemente usted, ha solicitado a ${controller}: ${purposes}. Confirme que fue usted.`,
      button: 'Confirmar',
      expiry: (hours) => `El enlace es válido durante ${String(hours)} horas.`,
      ignore: 'Si no fue usted, ignore este correo: no recibirá nada.',
    },
    reminder: {
      subject: (controller) => `Aún falta su confirmación – ${controller}`,
      intro: (controller, purposes) =>
        `Usted solicitó a ${controller}: ${purposes}. Todavía no está confirmado. Este es el único recordatorio.`,
    },
    welcome: {
      subject: (controller) => `Su suscripción está confirmada – ${controller}`,
      text: (controller, purposes) => `Ha confirmado con ${controller}: ${purposes}.`,
    },
    guardian: {
      subject: (controller) => `Un menor pide su consentimiento – ${controller}`,
      intro: (controller, child, purposes) =>
        `Un menor con la dirección de correo ${child} ha solicitado a ${controller}: ${purposes}, y le ha indicado como madre, padre o tutor. La ley exige su consentimiento (art. 8 del RGPD).`,
      button: 'Ver la solicitud y dar mi consentimiento',
      ignore:
        'Si no está de acuerdo o no conoce a ese menor, ignore este correo: entonces no empieza nada y borramos su dirección.',
    },
    link: {
      subject: (controller) => `Su enlace a sus preferencias – ${controller}`,
      text: (controller) =>
        `Con este enlace ve y cambia lo que ha acordado con ${controller}. Es personal: no lo comparta.`,
      ignore: 'Si no lo ha pedido, ignore este correo: no se ha cambiado nada.',
    },
    unsubscribe: 'Puede retirar su consentimiento en cualquier momento, con un clic',
    preferences: 'Ver y cambiar todas sus preferencias',
  },
};
