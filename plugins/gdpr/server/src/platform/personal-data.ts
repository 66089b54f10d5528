/** The annotation of one protected attribute, as schemas carry it. */
export function personalData(
  category: `pd:${string}`,
  search: 'none' | 'exact' | 'prefix' | 'substring' = 'none',
): { readonly gdpr: { readonly personalData: { readonly category: string; readonly search: string } } } {
  return { gdpr: { personalData: { category, search } } };
}
