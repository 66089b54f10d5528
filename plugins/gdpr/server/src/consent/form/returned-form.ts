import type { Core } from '@strapi/types';
import { errors } from '@strapi/utils';

import { readSettings } from '../../platform/settings';

import { consentPurposes } from '../../lawfulness';
import { type Answer, field, fields, pageLanguage, type PublicContext } from '../../public-pages';
import { spokenLanguage } from '../../platform/languages';

import { ageOfConsent } from '../children/age-of-consent';

import { describeForm } from './controller';
import { type FormFault, formPage } from './form-page';

const FAULTS: Readonly<Record<string, FormFault>> = {
  email: 'email',
  purposes: 'purposes',
  underAge: 'age',
  dateOfBirth: 'age',
  guardianEmail: 'guardianEmail',
  shown: 'texts',
};

/**
 * The form that was sent, with what was wrong marked and what was right kept (WCAG 2.2, 3.3.1 and 3.3.3), or `null` when
 * this refusal is about something that its reader cannot mend.
 */
export async function returnedForm(
  strapi: Core.Strapi,
  ctx: PublicContext,
  refusal: unknown,
): Promise<Answer | null> {
  if (!(refusal instanceof errors.ValidationError)) return null;
  const faults = faultsIn(refusal);
  if (faults.length === 0) return null;
  const { body } = ctx.request;
  const language = spokenLanguage(field(body, 'locale')) ?? pageLanguage(strapi, ctx);
  const shown = fields(body, 'shown').map((text) => text.split(':')[0] ?? '');
  const offered = shown.length > 0 ? shown : fields(body, 'purposes');
  const all = await consentPurposes(strapi);
  const page = await describeForm(strapi, ctx);
  const country = field(body, 'country') ?? null;
  const { children } = readSettings(strapi).consent;
  const purposes = all.filter(({ slug }) => offered.includes(slug));
  return formPage({
    ...page,
    language,
    country,
    age: ageOfConsent(country ?? children.country, children.ages),
    purposes: purposes.length > 0 ? purposes : all,
    faults,
    entered: {
      email: field(body, 'email') ?? '',
      // A text that has changed is to be agreed to anew.
      purposes: faults.includes('texts') ? [] : fields(body, 'purposes'),
      underAge: field(body, 'underAge') ?? '',
      guardianEmail: field(body, 'guardianEmail') ?? '',
      formUrl: field(body, 'formUrl') ?? '',
    },
  });
}

function faultsIn(refusal: { readonly details?: unknown }): FormFault[] {
  const { details } = refusal;
  if (typeof details !== 'object' || details === null || !('errors' in details)) return [];
  const found = (details.errors as readonly { readonly path: readonly string[] }[]).map(
    ({ path }) => FAULTS[path[0] ?? ''],
  );
  return [...new Set(found)].filter((fault): fault is FormFault => fault !== undefined);
}
