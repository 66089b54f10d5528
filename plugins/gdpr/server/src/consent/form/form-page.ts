import type { Language } from '../../platform/languages';

import { type Purpose, textOf } from '../../lawfulness';
import { type Answer, html, type Html } from '../../public-pages';

import { says, textLanguage } from '../pages/parts';
import { TEXTS } from '../texts';

import { shownText } from './shown-texts';

/** A field that people do not see and robots fill in. What comes with it is answered like the rest, and dropped. */
export const TRAP = 'gdpr_extra';

export type FormFault = 'email' | 'purposes' | 'age' | 'guardianEmail' | 'texts';

export interface FormPage {
  readonly language: Language;
  readonly purposes: readonly Purpose[];
  /** Where the form posts to. */
  readonly action: string;
  /** Below which age somebody needs a guardian, where one of the purposes asks. */
  readonly age: number;
  readonly country?: string | null | undefined;
  /** What was entered before, when the form comes back. */
  readonly entered?: {
    readonly email: string;
    readonly purposes: readonly string[];
    readonly underAge: string;
    readonly guardianEmail: string;
    readonly formUrl: string;
  };
  readonly faults?: readonly FormFault[];
}

/** The subscription form as a page. */
export function formPage(page: FormPage): Answer {
  const { language, purposes, faults = [] } = page;
  const { form } = TEXTS[language];
  if (purposes.length === 0) return says(404, language, 'purpose-unknown', form.nothing);
  const title = { title: form.title, text: form.withdrawal };
  const status = faults.length > 0 ? 400 : 200;
  return {
    ...says(status, language, faults.length > 0 ? 'request-invalid' : 'form', title),
    content: formMarkup(page),
  };
}

/**
 * The form alone, to be put into any site. It works without a script, has no styles of its own, and takes those of the
 * site by the class `gdpr-form`.
 */
export function formMarkup(page: FormPage): Html {
  const { language, purposes, action, country, entered, faults = [] } = page;
  const { form } = TEXTS[language];
  const asksAge = purposes.some(({ askAge }) => askAge === true);
  return html`<form
    class="gdpr-form"
    method="post"
    action="${action}"
    lang="${language}"
    data-gdpr-form
    data-sending="${form.sending}"
    ${faults.length > 0 ? html` novalidate` : ''}
  >
    ${faults.length > 0 ? html`<p class="notice error" role="alert">${form.faults}${faults.includes('texts') ? html` ${form.textsFault}` : ''}</p>` : ''}
    ${emailField('email', form.email, entered?.email, 'email', faults.includes('email') ? form.emailFault : null, faults[0] === 'email')}
    ${purposeChoice(page)} ${asksAge ? ageChoice(page) : ''}
    <div class="trap" style="position:absolute;left:-999rem" aria-hidden="true">
      <label>${form.trap} <input type="text" name="${TRAP}" tabindex="-1" autocomplete="off" /></label>
    </div>
    <input type="hidden" name="locale" value="${language}" />
    <input type="hidden" name="formUrl" value="${entered?.formUrl ?? ''}" />
    ${country === null || country === undefined ? '' : html`<input type="hidden" name="country" value="${country}" />`}
    ${purposes.map((purpose) => html`<input type="hidden" name="shown" value="${shownText(purpose, language)}" />`)}
    <p class="quiet">${form.withdrawal}</p>
    <button type="submit">${form.submit}</button>
  </form>`;
}

function purposeChoice({ language, purposes, entered, faults = [] }: FormPage): Html {
  const { form } = TEXTS[language];
  const fault = faults.includes('purposes') ? form.purposesFault : null;
  // Never ticked beforehand: silence is no consent (CJEU C-673/17, Planet49).
  return html`<fieldset${fault === null ? '' : html` aria-describedby="gdpr-purposes-fault"`}>
    <legend>${form.choose}</legend>
    ${fault === null ? '' : html`<p class="error" id="gdpr-purposes-fault">${fault}</p>`}
    ${purposes.map((purpose, at) => {
      const id = `gdpr-purpose-${String(at)}`;
      const ticked = entered?.purposes.includes(purpose.slug) === true;
      return html`<div class="choice" lang="${textLanguage(purpose, language)}">
        <input
          type="checkbox"
          id="${id}"
          name="purposes"
          value="${purpose.slug}"
          ${ticked ? html` checked` : ''}${purposes.length === 1 ? html` required` : ''}
        />
        <label for="${id}">${textOf(purpose, language).name}</label>
        <p>${textOf(purpose, language).consent}</p>
      </div>`;
    })}
  </fieldset>`;
}

function ageChoice({ language, age, entered, faults = [] }: FormPage): Html {
  const { form } = TEXTS[language];
  const option = (value: string, label: string): Html =>
    html`<div class="choice">
      <input
        type="radio"
        id="gdpr-age-${value}"
        name="underAge"
        value="${value}"
        required${entered?.underAge === value ? html` checked` : ''}
      />
      <label for="gdpr-age-${value}">${label}</label>
    </div>`;
  return html`<fieldset>
      <legend>${form.age(age)}</legend>
      ${faults.includes('age') ? html`<p class="error">${form.ageFault}</p>` : ''}
      ${option('false', form.oldEnough(age))} ${option('true', form.underAge(age))}
    </fieldset>
    ${emailField('guardianEmail', form.guardianEmail, entered?.guardianEmail, 'off', faults.includes('guardianEmail') ? form.guardianFault : null, false, form.guardianHint)}`;
}

/** One address: labelled, described by its fault and hint, and in the reader's way first when it is wrong. */
export function emailField(
  name: string,
  label: string,
  value: string | undefined,
  autocomplete: 'email' | 'off',
  fault: string | null,
  first: boolean,
  hint: string | null = null,
): Html {
  const id = `gdpr-${name}`;
  const described = [fault === null ? '' : `${id}-fault`, hint === null ? '' : `${id}-hint`].filter(Boolean);
  return html`<div class="field">
    <label for="${id}">${label}</label>
    ${hint === null ? '' : html`<p class="quiet" id="${id}-hint">${hint}</p>`}
    ${fault === null ? '' : html`<p class="error" id="${id}-fault">${fault}</p>`}
    <input
      type="email"
      id="${id}"
      name="${name}"
      value="${value ?? ''}"
      autocomplete="${autocomplete}"
      maxlength="254"
      ${hint === null ? html` required` : ''}${fault === null ? '' : html` aria-invalid="true"`}${described.length > 0 ? html` aria-describedby="${described.join(' ')}"` : ''}${first ? html` autofocus` : ''}
    />
  </div>`;
}
