import type { Channel } from '../../platform/settings';

interface PageText {
  readonly title: string;
  readonly text: string;
}

interface QuestionText extends PageText {
  readonly button: string;
}

interface MailText {
  readonly subject: (controller: string) => string;
}

/** Everything that consent says to a data subject in one language. A language that lacks a text does not compile. */
export interface Texts {
  readonly checkInbox: PageText;
  readonly confirm: QuestionText;
  readonly confirmed: PageText;
  readonly alreadyConfirmed: PageText;
  readonly expired: QuestionText;
  readonly unknownLink: PageText;
  readonly leave: QuestionText;
  readonly left: PageText;
  /** On pages that a link leads to: where the rest of the person's choices are. */
  readonly toPreferences: string;
  readonly form: {
    readonly title: string;
    readonly email: string;
    readonly choose: string;
    readonly submit: string;
    readonly withdrawal: string;
    readonly faults: string;
    readonly emailFault: string;
    readonly purposesFault: string;
    readonly textsFault: string;
    readonly ageFault: string;
    readonly guardianFault: string;
    readonly age: (years: number) => string;
    readonly oldEnough: (years: number) => string;
    readonly underAge: (years: number) => string;
    readonly guardianEmail: string;
    readonly guardianHint: string;
    readonly trap: string;
    readonly nothing: PageText;
    /** What the script says while and after it sends. */
    readonly sending: string;
  };
  readonly preferences: {
    readonly title: string;
    readonly intro: (controller: string, address: string) => string;
    readonly purposes: string;
    readonly noPurposes: string;
    readonly given: (date: string) => string;
    readonly pending: string;
    readonly withdrawn: (date: string) => string;
    readonly refused: (date: string) => string;
    readonly expired: (date: string) => string;
    readonly none: string;
    readonly byMail: string;
    readonly byGuardian: string;
    readonly channels: string;
    readonly channel: Readonly<Record<Channel, string>>;
    readonly language: string;
    readonly save: string;
    readonly withdrawAll: string;
    readonly withdrawAllHint: string;
    readonly saved: string;
    readonly savedByMail: string;
    readonly privacyControl: (purposes: string) => string;
    readonly privacyControlHeld: string;
    readonly policies: string;
    readonly policyAccepted: (version: string, date: string) => string;
    readonly policyWithdrawn: (date: string) => string;
    readonly policyOpen: string;
    readonly policyRenew: string;
    readonly policyRead: (title: string) => string;
    readonly policyAccept: (title: string) => string;
    readonly policyWithdraw: (title: string) => string;
    readonly rights: string;
  };
  /** The form that mails somebody the link to their choices. */
  readonly askForLink: QuestionText & { readonly sent: PageText };
  readonly guardian: QuestionText & {
    readonly declaration: string;
    readonly asked: PageText;
    readonly confirmed: PageText;
  };
  readonly mail: {
    readonly optIn: MailText & {
      readonly intro: (controller: string, purposes: string) => string;
      readonly button: string;
      readonly expiry: (hours: number) => string;
      readonly ignore: string;
    };
    readonly reminder: MailText & { readonly intro: (controller: string, purposes: string) => string };
    readonly welcome: MailText & { readonly text: (controller: string, purposes: string) => string };
    readonly guardian: MailText & {
      readonly intro: (controller: string, child: string, purposes: string) => string;
      readonly button: string;
      readonly ignore: string;
    };
    readonly link: MailText & { readonly text: (controller: string) => string; readonly ignore: string };
    readonly unsubscribe: string;
    readonly preferences: string;
  };
}
