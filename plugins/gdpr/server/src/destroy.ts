import type { Core } from '@strapi/types';

import { rooms } from './rooms';

export default async function destroy({ strapi }: { strapi: Core.Strapi }): Promise<void> {
  for (const room of [...rooms].reverse()) await room.destroy?.(strapi);
}
