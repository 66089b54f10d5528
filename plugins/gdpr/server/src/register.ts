import type { Core } from '@strapi/types';

import { GdprError } from './platform/errors';
import type { Room } from './platform/room';
import { rooms } from './rooms';

/** Registers permission actions and lets every room prepare the schemas; the database is not there yet. */
export default async function register({ strapi }: { strapi: Core.Strapi }): Promise<void> {
  await eachRoom((room) => room.register?.(strapi));
  hookOf(strapi, 'beforeSync').register(() => eachRoom((room) => room.beforeSync?.(strapi)));
  hookOf(strapi, 'afterSync').register(() => eachRoom((room) => room.afterSync?.(strapi)));
}

interface Hook {
  register(handler: () => Promise<void>): unknown;
}

function hookOf(strapi: Core.Strapi, name: 'beforeSync' | 'afterSync'): Hook {
  return strapi.hook(`strapi::content-types.${name}`) as Hook;
}

async function eachRoom(step: (room: Room) => void | Promise<void>): Promise<void> {
  try {
    for (const room of rooms) await step(room);
  } catch (error) {
    throw error instanceof GdprError ? error.withoutStack() : error;
  }
}
