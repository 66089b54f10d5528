/** `GET /gdpr/personal-data/access`: what the administrator who asks may see. */
export interface PersonalDataAccess {
  readonly seesPersonalData: boolean;
  readonly mayUnmask: boolean;
  /** The content types whose records, components included, hold personal data. */
  readonly types: readonly string[];
}

/** `POST /gdpr/personal-data/unmask` */
export interface UnmaskRequest {
  readonly uid: string;
  readonly documentId: string;
  readonly locale?: string | null | undefined;
  readonly status?: 'draft' | 'published' | null | undefined;
  readonly reason: string;
}

/** The personal data of one record in clear, in the record's own shape. */
export interface Unmasked {
  readonly uid: string;
  readonly documentId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** How an attribute of the content manager's schema says that whoever asks sees it masked. */
export interface MaskedAttribute {
  readonly pluginOptions?: { readonly gdpr?: { readonly masked?: boolean } };
}
