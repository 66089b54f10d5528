import type { Core } from '@strapi/types';

import { relatedId } from '../vault';

import { CONTACT, LEAD } from './people';

type Data = Readonly<Record<string, unknown>>;

/**
 * Brings what forms and APIs say of the to-one relations of leads and contacts into the form that a foreign key in the
 * row takes: Strapi's own database layer stumbles over `{connect, disconnect}` there.
 */
export function acceptRelationInput(strapi: Core.Strapi): void {
  const normalise = (event: { params: { data?: unknown } }): void => {
    const { data } = event.params;
    if (typeof data === 'object' && data !== null) event.params.data = withPlainRelations(data as Data);
  };
  strapi.db.lifecycles.subscribe({
    models: [LEAD, CONTACT],
    beforeCreate: (event) => normalise(event),
    beforeUpdate: (event) => normalise(event),
  });
}

/** @returns the data with an id, `null`, or nothing where a relation was described */
export function withPlainRelations(data: Data): Data {
  const { dataSubject, convertedContact, ...rest } = data;
  const subject = relatedId(dataSubject);
  return {
    ...rest,
    // A record is always somebody's: who it belongs to can be changed, and not be taken away.
    ...(subject === null ? {} : { dataSubject: subject }),
    ...(isSilent(convertedContact) ? {} : { convertedContact: relatedId(convertedContact) }),
  };
}

/** Whether a description of a relation changes nothing. */
function isSilent(relation: unknown): boolean {
  if (relation === undefined) return true;
  if (typeof relation !== 'object' || relation === null || 'set' in relation || 'id' in relation)
    return false;
  return Object.values(relation).every((list) => Array.isArray(list) && list.length === 0);
}
