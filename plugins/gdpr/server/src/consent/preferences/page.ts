import { type Language, LANGUAGES } from '../../platform/languages';

import { type Purpose, textOf } from '../../lawfulness';
import { type Answer, html, type Html, INTENT } from '../../public-pages';

import { emailField } from '../form/form-page';
import { intent, says, textLanguage } from '../pages/parts';
import { dateText, TEXTS } from '../texts';

import type { Preferences, PurposeChoice } from './preferences';

export interface PreferencesPage {
  readonly language: Language;
  readonly controller: string;
  readonly preferences: Preferences;
  /** What the browser refuses by Global Privacy Control. */
  readonly refused: readonly Purpose[];
  /** Where a child's subscription begins, whose guardian has to agree. */
  readonly formFor: (slug: string) => string;
  /** The names of the languages, each in itself. */
  readonly saved?: { readonly byMail: readonly string[] } | undefined;
}

const NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
};

/** The preference centre: every purpose with its state, one click to withdraw all, and no script. */
export function preferencesPage(page: PreferencesPage): Answer {
  const { language, controller, preferences, saved } = page;
  const { preferences: texts } = TEXTS[language];
  const intro = texts.intro(controller, hideAddress(preferences.holder.email));
  const content = html`${saved === undefined ? '' : notice(texts.saved, saved.byMail.length > 0 ? texts.savedByMail : null)}
    <p>${intro}</p>
    ${privacyControlNotice(page)}
    ${preferences.purposes.length === 0 && preferences.channels.length === 0 ? html`<p>${texts.noPurposes}</p>` : choices(page)}
    ${rights(page)}`;
  return {
    ...says(200, language, saved === undefined ? 'preferences' : 'preferences-saved', {
      title: texts.title,
      text: saved === undefined ? intro : texts.saved,
    }),
    content,
    data: dataOf(page),
  };
}

function notice(text: string, more: string | null): Html {
  return html`<p class="notice done" role="status">${text}${more === null ? '' : html` ${more}`}</p>`;
}

function privacyControlNotice({ language, refused }: PreferencesPage): Html {
  if (refused.length === 0) return html``;
  const names = refused.map((purpose) => textOf(purpose, language).name).join(', ');
  return html`<p class="notice">${TEXTS[language].preferences.privacyControl(names)}</p>`;
}

function choices(page: PreferencesPage): Html {
  const { language, preferences } = page;
  const { preferences: texts } = TEXTS[language];
  const mayWithdraw = preferences.purposes.some(({ state }) => state === 'given' || state === 'pending');
  return html`<form method="post">
      <fieldset>
        <legend><h2>${texts.purposes}</h2></legend>
        ${preferences.purposes.map((choice, at) => purposeChoice(page, choice, at))}
      </fieldset>
      ${channelChoices(page)}
      <div class="field">
        <label for="gdpr-language">${texts.language}</label>
        <select id="gdpr-language" name="language">
          ${LANGUAGES.map((one) => html`<option value="${one}" lang="${one}" ${one === language ? html` selected` : ''}>${NAMES[one]}</option>`)}
        </select>
      </div>
      <button name="${INTENT}" value="save">${texts.save}</button>
    </form>
    ${
      mayWithdraw
        ? html`<form method="post">
            <p class="quiet" id="gdpr-all">${texts.withdrawAllHint}</p>
            ${intent('withdraw-all')}<button class="second" aria-describedby="gdpr-all">
              ${texts.withdrawAll}
            </button>
          </form>`
        : ''
    }`;
}

function purposeChoice(page: PreferencesPage, choice: PurposeChoice, at: number): Html {
  const { language, refused, formFor } = page;
  const { purpose, state } = choice;
  const { preferences: texts } = TEXTS[language];
  const id = `gdpr-purpose-${String(at)}`;
  const isOn = state === 'given' || state === 'pending';
  const held = isRefused(refused, purpose);
  const { name, consent } = textOf(purpose, language);
  const spoken = textLanguage(purpose, language);
  // Only a form that asks the age can begin what a guardian has to agree to.
  if (purpose.askAge === true && !isOn) {
    return html`<div class="choice">
      <span></span><a href="${formFor(purpose.slug)}" lang="${spoken}">${name}</a>
      <p lang="${spoken}">${consent}</p>
      <p class="state">${stateText(language, choice)}. ${texts.byGuardian}</p>
    </div>`;
  }
  const hint = held ? texts.privacyControlHeld : !isOn && purpose.doubleOptIn ? texts.byMail : null;
  return html`<div class="choice">
    <input
      type="checkbox"
      id="${id}"
      name="purposes"
      value="${purpose.slug}"
      aria-describedby="${id}-text ${id}-state"
      ${isOn ? html` checked` : ''}${held ? html` disabled` : ''}
    />
    <label for="${id}" lang="${spoken}">${name}</label>
    <p id="${id}-text" lang="${spoken}">${consent}</p>
    <p id="${id}-state" class="state${state === 'given' ? ' done' : ' quiet'}">
      ${stateText(language, choice)}${hint === null ? '' : html`. ${hint}`}
    </p>
    ${held ? '' : html`<input type="hidden" name="offered" value="${purpose.slug}" />`}
  </div>`;
}

function stateText(language: Language, { state, since }: PurposeChoice): string {
  const { preferences: texts } = TEXTS[language];
  const date = since === null ? '' : dateText(language, since);
  switch (state) {
    case 'none':
      return texts.none;
    case 'pending':
      return texts.pending;
    case 'given':
    case 'withdrawn':
    case 'refused':
    case 'expired':
      return texts[state](date);
  }
}

function channelChoices({ language, preferences }: PreferencesPage): Html {
  const { preferences: texts } = TEXTS[language];
  if (preferences.channels.length === 0) return html``;
  return html`<fieldset>
    <legend><h2>${texts.channels}</h2></legend>
    ${preferences.channels.map(
      ({ channel, allowed }) =>
        html`<div class="choice">
          <input
            type="checkbox"
            id="gdpr-channel-${channel}"
            name="channels"
            value="${channel}"
            ${allowed ? html` checked` : ''}
          />
          <label for="gdpr-channel-${channel}">${texts.channel[channel]}</label>
          <input type="hidden" name="offeredChannels" value="${channel}" />
        </div>`,
    )}
  </fieldset>`;
}

function rights({ language, preferences }: PreferencesPage): Html {
  if (preferences.links.length === 0) return html``;
  return html`<h2>${TEXTS[language].preferences.rights}</h2>
    <ul>
      ${preferences.links.map(({ label, href }) => html`<li><a href="${href}">${label}</a></li>`)}
    </ul>`;
}

function isRefused(refused: readonly Purpose[], { slug }: Purpose): boolean {
  return refused.some((one) => one.slug === slug);
}

/** The page for programs. */
function dataOf({ language, preferences, refused }: PreferencesPage): Record<string, unknown> {
  return {
    language,
    purposes: preferences.purposes.map(({ purpose, state, since }) => ({
      slug: purpose.slug,
      name: textOf(purpose, language).name,
      text: textOf(purpose, language).consent,
      state,
      since: since?.toISOString() ?? null,
      refusedByBrowser: isRefused(refused, purpose),
    })),
    channels: preferences.channels,
  };
}

/** Enough of an address to know it by, for whoever looks over the reader's shoulder. */
export function hideAddress(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}…${email.slice(at)}`;
}

/** The form that mails somebody their link. */
export function askForLinkPage(language: Language, wrong?: { readonly email: string }): Answer {
  const { askForLink, form } = TEXTS[language];
  const fault = wrong === undefined ? null : form.emailFault;
  const content = html`<p>${askForLink.text}</p>
    <form method="post" ${fault === null ? '' : html` novalidate`}>
      ${emailField('email', form.email, wrong?.email, 'email', fault, fault !== null)}
      ${intent('link')}<button>${askForLink.button}</button>
    </form>`;
  const code = wrong === undefined ? 'link-form' : 'request-invalid';
  return { ...says(wrong === undefined ? 200 : 400, language, code, askForLink), content };
}

export function linkSent(language: Language): Answer {
  return says(202, language, 'accepted', TEXTS[language].askForLink.sent);
}
