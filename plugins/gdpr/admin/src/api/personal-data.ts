import { adminApi } from '@strapi/strapi/admin';

import type { PersonalDataAccess, Unmasked, UnmaskRequest } from '../../../contracts/personal-data';

const personalDataApi = adminApi.enhanceEndpoints({ addTagTypes: ['GdprPersonalData'] }).injectEndpoints({
  endpoints: (builder) => ({
    getPersonalDataAccess: builder.query<PersonalDataAccess, undefined>({
      query: () => '/gdpr/personal-data/access',
      transformResponse: (response: { data: PersonalDataAccess }) => response.data,
      providesTags: ['GdprPersonalData'],
    }),
    unmask: builder.mutation<Unmasked, UnmaskRequest>({
      query: (data) => ({ url: '/gdpr/personal-data/unmask', method: 'POST', data }),
      transformResponse: (response: { data: Unmasked }) => response.data,
    }),
  }),
});

export const { useGetPersonalDataAccessQuery, useUnmaskMutation } = personalDataApi;
