import { adminApi } from '@strapi/strapi/admin';

import type {
  ConsentPerson,
  ConsentPersonRequest,
  FunnelWeek,
  PersonConsents,
  WithdrawalAnswer,
  WithdrawalRequest,
} from '../../../contracts/consent';

interface Answer<T> {
  readonly data: T;
}

const consentApi = adminApi
  .enhanceEndpoints({ addTagTypes: ['GdprConsents', 'GdprFunnel'] })
  .injectEndpoints({
    endpoints: (builder) => ({
      findConsentPerson: builder.mutation<ConsentPerson, ConsentPersonRequest>({
        query: (data) => ({ url: '/gdpr/consents/person', method: 'POST', data }),
        transformResponse: ({ data }: Answer<ConsentPerson>) => data,
      }),
      // Personal data in clear: nothing of it stays in the store once it is off the screen.
      getConsents: builder.query<PersonConsents, string>({
        query: (subject) => `/gdpr/consents/${encodeURIComponent(subject)}`,
        transformResponse: ({ data }: Answer<PersonConsents>) => data,
        providesTags: ['GdprConsents'],
        keepUnusedDataFor: 0,
      }),
      withdrawConsents: builder.mutation<WithdrawalAnswer, WithdrawalRequest & { readonly subject: string }>({
        query: ({ subject, ...data }) => ({
          url: `/gdpr/consents/${encodeURIComponent(subject)}/withdrawal`,
          method: 'POST',
          data,
        }),
        transformResponse: ({ data }: Answer<WithdrawalAnswer>) => data,
        invalidatesTags: ['GdprConsents', 'GdprFunnel'],
      }),
      getConsentFunnel: builder.query<readonly FunnelWeek[], number>({
        query: (weeks) => ({ url: '/gdpr/consents/funnel', method: 'GET', config: { params: { weeks } } }),
        transformResponse: ({ data }: Answer<readonly FunnelWeek[]>) => data,
        providesTags: ['GdprFunnel'],
      }),
    }),
  });

export const {
  useFindConsentPersonMutation,
  useGetConsentsQuery,
  useWithdrawConsentsMutation,
  useGetConsentFunnelQuery,
} = consentApi;
