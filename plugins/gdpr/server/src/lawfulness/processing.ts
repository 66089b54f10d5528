import type { Core } from '@strapi/types';

import type { LawfulBasis } from './content-types/purpose/schema';
import { findPurposes } from './purposes';

/** The gate's answer: whether a person's data may be used for a purpose, and what shows it. */
export interface Decision {
  readonly allowed: boolean;
  readonly basis: LawfulBasis | null;
  /** One sentence for whoever wanted to process. */
  readonly reason: string;
  /** Identifiers of the records that prove it; nothing personal. */
  readonly evidence: readonly string[];
}

export interface ConsentEvidence {
  readonly given: boolean;
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** Tells whether consent to a purpose is in force for an address. The consent room registers it. */
export type ConsentProvider = (person: Person, purpose: string) => Promise<ConsentEvidence>;

/** By the address to be used, or by the data subject's `documentId`. */
export type Person = { readonly email: string } | { readonly subject: string };

const DECLARED: readonly LawfulBasis[] = ['contract', 'legal-obligation', 'vital-interests', 'public-task'];

/** The processing gate (design 7). Whatever it does not know, it denies. */
export class ProcessingGate {
  private consent: ConsentProvider | null = null;

  constructor(private readonly strapi: Core.Strapi) {}

  registerConsentProvider(provider: ConsentProvider): void {
    this.consent = provider;
  }

  async check(question: Person & { readonly purpose: string }): Promise<Decision> {
    const [purpose] = await findPurposes(this.strapi, [question.purpose]);
    if (purpose === undefined) return denied(null, `There is no active purpose "${question.purpose}".`);
    const basis = purpose.lawfulBasis;
    if (basis === 'consent') {
      if (this.consent === null) return denied(basis, 'Consent cannot be looked up.');
      const { given, reason, evidence } = await this.consent(question, purpose.slug);
      return { allowed: given, basis, reason, evidence };
    }
    if (DECLARED.includes(basis)) {
      return {
        allowed: true,
        basis,
        reason: `The purpose rests on ${basis}.`,
        evidence: [`purpose:${purpose.slug}`],
      };
    }
    return denied(
      basis,
      'Legitimate interests need an approved assessment (LIA), and this purpose has none.',
    );
  }

  /** The addresses of a list that may be used for a purpose, in the order given. */
  async filter(purpose: string, emails: readonly string[]): Promise<string[]> {
    const allowed: string[] = [];
    for (const email of emails) if ((await this.check({ email, purpose })).allowed) allowed.push(email);
    return allowed;
  }
}

function denied(basis: LawfulBasis | null, reason: string): Decision {
  return { allowed: false, basis, reason, evidence: [] };
}
