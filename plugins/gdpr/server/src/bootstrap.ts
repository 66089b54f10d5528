import type { Core } from '@strapi/types';

import type { AdminAction } from './platform/room';
import { rooms } from './rooms';

interface ActionProvider {
  readonly actionProvider: { registerMany(actions: readonly AdminAction[]): Promise<void> };
}

export default async function bootstrap({ strapi }: { strapi: Core.Strapi }): Promise<void> {
  const actions = rooms.flatMap((room) => room.adminActions ?? []);
  const permissions = strapi.service('admin::permission') as unknown as ActionProvider;
  await permissions.actionProvider.registerMany(actions);
  for (const room of rooms) await room.bootstrap?.(strapi);
}
