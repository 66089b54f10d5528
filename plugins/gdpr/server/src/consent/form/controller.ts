import type { Core } from '@strapi/types';

import { readSettings } from '../../platform/settings';

import { consentPurposes, type Purpose } from '../../lawfulness';
import { fields, pageLanguage, type PublicContext, respond, withErrorPages } from '../../public-pages';

import { ageOfConsent } from '../children/age-of-consent';
import { publicLink } from '../public-link';

import { formMarkup, type FormPage, formPage } from './form-page';
import { FORM_SCRIPT } from './script';

/** A form changes when somebody edits a purpose: browsers may keep it for five minutes. */
const SHORTLY = 'public, max-age=300';

/** The subscription form: as a page, as a snippet for other sites, and the script that a site may add. */
export function formController({
  strapi,
}: {
  strapi: Core.Strapi;
}): Record<string, (ctx: PublicContext) => Promise<void>> {
  return withErrorPages(strapi, {
    async show(ctx) {
      const formUrl = publicLink(strapi, '/subscriptions/form');
      const page = await describeForm(strapi, ctx);
      const entered = { email: '', purposes: [], underAge: '', guardianEmail: '', formUrl };
      respond(strapi, ctx, formPage({ ...page, entered }));
    },

    async snippet(ctx) {
      const page = await describeForm(strapi, ctx, publicLink(strapi, '/subscriptions'));
      ctx.status = page.purposes.length === 0 ? 404 : 200;
      ctx.type = 'html';
      ctx.set('Cache-Control', SHORTLY);
      ctx.set('Vary', 'Accept-Language, Origin');
      ctx.set('Content-Language', page.language);
      // Opened by itself it is a form like any other; nothing that a project writes into a text may run there.
      ctx.set(
        'Content-Security-Policy',
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
      );
      ctx.body = page.purposes.length === 0 ? formPage(page).content.markup : formMarkup(page).markup;
    },

    script(ctx) {
      ctx.status = 200;
      ctx.type = 'text/javascript';
      ctx.set('Cache-Control', SHORTLY);
      // Strapi's default forbids other sites to load it, and that is what it is for.
      ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
      ctx.body = FORM_SCRIPT;
      return Promise.resolve();
    },
  });
}

/**
 * The form that an address asks for: `?purposes=a,b` (all that people can agree to, if it names none), `?lang=` and
 * `?country=`, whose age of consent applies.
 */
export async function describeForm(
  strapi: Core.Strapi,
  ctx: Pick<PublicContext, 'query' | 'request'>,
  action = new URL(publicLink(strapi, '/subscriptions'), 'http://localhost').pathname,
): Promise<FormPage> {
  const wanted = fields(ctx.query, 'purposes')
    .flatMap((value) => value.split(','))
    .filter((slug) => slug !== '');
  const all = await consentPurposes(strapi);
  const known = wanted
    .map((slug) => all.find((purpose) => purpose.slug === slug))
    .filter((purpose): purpose is Purpose => purpose !== undefined);
  const { children } = readSettings(strapi).consent;
  const given = ctx.query['country'];
  const country = typeof given === 'string' && /^[A-Z]{2}$/.test(given) ? given : null;
  return {
    language: pageLanguage(strapi, ctx),
    purposes: wanted.length === 0 ? all : [...new Set(known)],
    action,
    country,
    age: ageOfConsent(country ?? children.country, children.ages),
  };
}
