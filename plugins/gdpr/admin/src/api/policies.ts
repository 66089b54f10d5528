import { adminApi } from '@strapi/strapi/admin';

import type {
  PolicyDetail,
  PolicyDiff,
  PolicyInput,
  PolicySummary,
  PolicyVersion,
  PolicyVersionInput,
  PublishRequest,
} from '../../../contracts/policies';

interface Answer<T> {
  readonly data: T;
}

const policiesApi = adminApi.enhanceEndpoints({ addTagTypes: ['GdprPolicy'] }).injectEndpoints({
  endpoints: (builder) => ({
    getPolicies: builder.query<readonly PolicySummary[], undefined>({
      query: () => '/gdpr/policies',
      transformResponse: ({ data }: Answer<readonly PolicySummary[]>) => data,
      providesTags: ['GdprPolicy'],
    }),
    getPolicy: builder.query<PolicyDetail, string>({
      query: (id) => `/gdpr/policies/${encodeURIComponent(id)}`,
      transformResponse: ({ data }: Answer<PolicyDetail>) => data,
      providesTags: ['GdprPolicy'],
    }),
    createPolicy: builder.mutation<PolicySummary, PolicyInput>({
      query: (data) => ({ url: '/gdpr/policies', method: 'POST', data }),
      transformResponse: ({ data }: Answer<PolicySummary>) => data,
      invalidatesTags: ['GdprPolicy'],
    }),
    getPolicyVersion: builder.query<PolicyVersion, string>({
      query: (id) => `/gdpr/policies/versions/${encodeURIComponent(id)}`,
      transformResponse: ({ data }: Answer<PolicyVersion>) => data,
      providesTags: ['GdprPolicy'],
    }),
    createPolicyVersion: builder.mutation<
      PolicyVersion,
      { readonly policyId: string; readonly input: PolicyVersionInput }
    >({
      query: ({ policyId, input }) => ({
        url: `/gdpr/policies/${encodeURIComponent(policyId)}/versions`,
        method: 'POST',
        data: input,
      }),
      transformResponse: ({ data }: Answer<PolicyVersion>) => data,
      invalidatesTags: ['GdprPolicy'],
    }),
    savePolicyVersion: builder.mutation<
      PolicyVersion,
      { readonly versionId: string; readonly input: PolicyVersionInput }
    >({
      query: ({ versionId, input }) => ({
        url: `/gdpr/policies/versions/${encodeURIComponent(versionId)}`,
        method: 'PUT',
        data: input,
      }),
      transformResponse: ({ data }: Answer<PolicyVersion>) => data,
      invalidatesTags: ['GdprPolicy'],
    }),
    publishPolicyVersion: builder.mutation<PolicyVersion, PublishRequest & { readonly versionId: string }>({
      query: ({ versionId, ...data }) => ({
        url: `/gdpr/policies/versions/${encodeURIComponent(versionId)}/publish`,
        method: 'POST',
        data,
      }),
      transformResponse: ({ data }: Answer<PolicyVersion>) => data,
      invalidatesTags: ['GdprPolicy'],
    }),
    getPolicyDiff: builder.query<PolicyDiff, { readonly from: string; readonly to: string }>({
      query: ({ from, to }) => ({
        url: `/gdpr/policies/versions/${encodeURIComponent(from)}/diff/${encodeURIComponent(to)}`,
        method: 'GET',
        config: { params: { by: 'words' } },
      }),
      transformResponse: ({ data }: Answer<PolicyDiff>) => data,
      providesTags: ['GdprPolicy'],
    }),
  }),
});

export const {
  useGetPoliciesQuery,
  useGetPolicyQuery,
  useCreatePolicyMutation,
  useGetPolicyVersionQuery,
  useLazyGetPolicyVersionQuery,
  useCreatePolicyVersionMutation,
  useSavePolicyVersionMutation,
  usePublishPolicyVersionMutation,
  useGetPolicyDiffQuery,
} = policiesApi;
