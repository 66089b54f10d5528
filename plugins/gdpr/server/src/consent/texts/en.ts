import type { Texts } from './texts';

export const en: Texts = {
  checkInbox: {
    title: 'Please look into your inbox',
    text: 'If the address is right, a mail is on its way to it. Open its link to confirm.',
  },
  confirm: {
    title: 'Confirm your subscription',
    text: 'One click, and your consent is in force:',
    button: 'Confirm',
  },
  confirmed: {
    title: 'Confirmed',
    text: 'Thank you. Your consent has been recorded. You can withdraw it at any time by the link in each mail.',
  },
  alreadyConfirmed: {
    title: 'Already confirmed',
    text: 'This subscription has been confirmed before. There is nothing left to do.',
  },
  expired: {
    title: 'This link has expired',
    text: 'Nothing has been confirmed. You can have a new link sent to the same address.',
    button: 'Send a new link',
  },
  unknownLink: {
    title: 'This link is not valid',
    text: 'It may be incomplete. Please open it from the mail again, or subscribe anew.',
  },
  leave: {
    title: 'Unsubscribe',
    text: 'One click, and you will get no more mail for:',
    button: 'Unsubscribe',
  },
  left: {
    title: 'Unsubscribed',
    text: 'Your consent has been withdrawn. You will get no more mail for this purpose.',
  },
  toPreferences: 'See and change all your choices',
  form: {
    title: 'Subscribe',
    email: 'E-mail address',
    choose: 'What do you agree to?',
    submit: 'Subscribe',
    withdrawal: 'You will get a mail to confirm. You can withdraw at any time, with one click.',
    faults: 'Please check what is marked below. Nothing has been sent.',
    emailFault: 'Enter an e-mail address such as name@example.org.',
    purposesFault: 'Tick at least one box.',
    textsFault: 'What you would agree to has been reworded since you opened the form: please read it again.',
    ageFault: 'Tell us which of the two applies.',
    guardianFault: 'Enter the e-mail address of a parent or guardian; it cannot be your own.',
    age: (years) => `Are you ${String(years)} or older?`,
    oldEnough: (years) => `I am ${String(years)} or older`,
    underAge: (years) => `I am younger than ${String(years)}`,
    guardianEmail: 'E-mail address of a parent or guardian',
    guardianHint:
      'Only if you are younger. We ask them for their consent, and use their address for nothing else.',
    trap: 'Please leave this field empty',
    nothing: {
      title: 'There is nothing to subscribe to here',
      text: 'This form names no purpose of this site. Please tell whoever sent you here.',
    },
    sending: 'Sending …',
  },
  preferences: {
    title: 'Your choices',
    intro: (controller, address) => `What you have agreed with ${controller}, for the address ${address}.`,
    purposes: 'What your data may be used for',
    noPurposes: 'There is nothing to choose here yet.',
    given: (date) => `Agreed on ${date}`,
    pending: 'Waiting for your confirmation by mail',
    withdrawn: (date) => `Withdrawn on ${date}`,
    refused: (date) => `Refused on ${date}`,
    expired: (date) => `Expired on ${date}`,
    none: 'Not agreed',
    byMail: 'We will send you a mail to confirm it.',
    byGuardian: 'A parent or guardian has to agree to it.',
    channels: 'How we may reach you',
    channel: { email: 'By e-mail', sms: 'By text message', phone: 'By telephone', post: 'By post' },
    language: 'Language of mails and pages',
    save: 'Save my choices',
    withdrawAll: 'Withdraw everything',
    withdrawAllHint: 'One click, and none of these uses of your data is allowed any more.',
    saved: 'Your choices have been saved.',
    savedByMail: 'We have sent you a mail: what waits for confirmation takes effect when you open its link.',
    privacyControl: (purposes) =>
      `Your browser asks by Global Privacy Control not to sell or share your data. We have recorded this as your refusal of: ${purposes}.`,
    privacyControlHeld: 'Refused by your browser’s Global Privacy Control, for as long as it is on.',
    policies: 'Policies and terms',
    policyAccepted: (version, date) => `Version ${version}, accepted on ${date}`,
    policyWithdrawn: (date) => `Acceptance withdrawn on ${date}`,
    policyOpen: 'Not accepted',
    policyRenew: 'It has changed since you accepted it. Please read it, and accept it anew if you agree.',
    policyRead: (title) => `Read “${title}”`,
    policyAccept: (title) => `Accept “${title}”`,
    policyWithdraw: (title) => `Withdraw acceptance of “${title}”`,
    rights: 'Your data',
  },
  askForLink: {
    title: 'See and change your choices',
    text: 'Enter your e-mail address. If we know it, we send a mail with your personal link to it.',
    button: 'Send me the link',
    sent: {
      title: 'Please look into your inbox',
      text: 'If we know this address, a mail with the link is on its way to it.',
    },
  },
  guardian: {
    title: 'Consent for a child',
    text: 'A child has asked for this, and the law wants your consent to it:',
    declaration: 'I hold parental responsibility for this child, and I consent.',
    button: 'Consent',
    asked: {
      title: 'Thank you, one step is left',
      text: 'We have asked your parent or guardian by mail. It begins when they have agreed.',
    },
    confirmed: {
      title: 'Consent recorded',
      text: 'Thank you. Your consent for the child has been recorded. It can be withdrawn at any time by the link in each mail.',
    },
  },
  mail: {
    optIn: {
      subject: (controller) => `Please confirm your subscription – ${controller}`,
      intro: (controller, purposes) =>
        `Somebody, probably you, asked ${controller} for: ${purposes}. Please confirm that it was you.`,
      button: 'Confirm',
      expiry: (hours) => `The link works for ${String(hours)} hours.`,
      ignore: 'If it was not you, ignore this mail: nothing will be sent to you.',
    },
    reminder: {
      subject: (controller) => `Still waiting for your confirmation – ${controller}`,
      intro: (controller, purposes) =>
        `You asked ${controller} for: ${purposes}. It has not been confirmed yet. This is the only reminder.`,
    },
    welcome: {
      subject: (controller) => `Your subscription is confirmed – ${controller}`,
      text: (controller, purposes) => `You have confirmed with ${controller}: ${purposes}.`,
    },
    guardian: {
      subject: (controller) => `A child asks for your consent – ${controller}`,
      intro: (controller, child, purposes) =>
        `A child with the e-mail address ${child} asked ${controller} for: ${purposes}, and named you as parent or guardian. By law it needs your consent (Art. 8 GDPR).`,
      button: 'See what it is, and consent',
      ignore:
        'If you do not agree, or know of no such child, ignore this mail: then nothing begins, and we delete your address.',
    },
    link: {
      subject: (controller) => `Your link to your choices – ${controller}`,
      text: (controller) =>
        `By this link you see and change what you have agreed with ${controller}. It is personal: please do not pass it on.`,
      ignore: 'If you did not ask for it, ignore this mail: nothing has been changed.',
    },
    unsubscribe: 'You can withdraw at any time, with one click',
    preferences: 'See and change all your choices',
  },
};
