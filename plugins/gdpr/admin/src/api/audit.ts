import { adminApi } from '@strapi/strapi/admin';

import type {
  AuditChainState,
  AuditChoices,
  AuditEntryAnswer,
  AuditEntryVerification,
  AuditPage,
  AuditPerson,
  AuditPersonRequest,
  AuditQuery,
  AuditValues,
  AuditVerification,
} from '../../../contracts/audit';

interface Answer<T> {
  readonly data: T;
}

const auditApi = adminApi
  .enhanceEndpoints({ addTagTypes: ['GdprAuditEntry', 'GdprAuditState', 'GdprAuditVerification'] })
  .injectEndpoints({
    endpoints: (builder) => ({
      getAuditEntries: builder.query<AuditPage, AuditQuery>({
        query: (params) => ({ url: '/gdpr/audit/entries', method: 'GET', config: { params } }),
        providesTags: ['GdprAuditEntry'],
      }),
      getAuditEntry: builder.query<AuditEntryAnswer, number>({
        query: (index) => `/gdpr/audit/entries/${String(index)}`,
      }),
      // Personal data in clear: nothing of it stays in the store once it is off the screen.
      getAuditValues: builder.query<readonly AuditValues[], number>({
        query: (index) => `/gdpr/audit/entries/${String(index)}/values`,
        transformResponse: ({ data }: Answer<readonly AuditValues[]>) => data,
        keepUnusedDataFor: 0,
      }),
      verifyAuditEntry: builder.mutation<AuditEntryVerification, number>({
        query: (index) => ({ url: `/gdpr/audit/entries/${String(index)}/verification`, method: 'POST' }),
        transformResponse: ({ data }: Answer<AuditEntryVerification>) => data,
      }),
      getSeenBy: builder.query<AuditPage, { readonly type: string; readonly documentId: string }>({
        query: ({ type, documentId }) => ({
          url: `/gdpr/audit/records/${encodeURIComponent(type)}/${encodeURIComponent(documentId)}`,
          method: 'GET',
          config: { params: { limit: 50 } },
        }),
        providesTags: ['GdprAuditEntry'],
      }),
      getAuditState: builder.query<AuditChainState, undefined>({
        query: () => '/gdpr/audit/state',
        transformResponse: ({ data }: Answer<AuditChainState>) => data,
        providesTags: ['GdprAuditState'],
      }),
      getAuditVerification: builder.query<AuditVerification | null, undefined>({
        query: () => '/gdpr/audit/verification',
        transformResponse: ({ data }: Answer<AuditVerification | null>) => data,
        providesTags: ['GdprAuditVerification'],
      }),
      startAuditVerification: builder.mutation<AuditVerification, undefined>({
        query: () => ({ url: '/gdpr/audit/verification', method: 'POST' }),
        transformResponse: ({ data }: Answer<AuditVerification>) => data,
        invalidatesTags: ['GdprAuditVerification', 'GdprAuditState'],
      }),
      getAuditChoices: builder.query<AuditChoices, undefined>({
        query: () => '/gdpr/audit/choices',
        transformResponse: ({ data }: Answer<AuditChoices>) => data,
      }),
      findAuditPerson: builder.mutation<AuditPerson, AuditPersonRequest>({
        query: (data) => ({ url: '/gdpr/audit/person', method: 'POST', data }),
        transformResponse: ({ data }: Answer<AuditPerson>) => data,
      }),
    }),
  });

export const {
  useGetAuditEntriesQuery,
  useGetAuditEntryQuery,
  useGetAuditValuesQuery,
  useVerifyAuditEntryMutation,
  useGetSeenByQuery,
  useGetAuditStateQuery,
  useGetAuditVerificationQuery,
  useStartAuditVerificationMutation,
  useGetAuditChoicesQuery,
  useFindAuditPersonMutation,
} = auditApi;
