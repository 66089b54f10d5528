import type { Core } from '@strapi/types';

import { GdprError } from './platform/errors';
import type { Room } from './platform/room';
import { rooms } from './rooms';

/** Registers permission actions and lets every room prepare the schemas; the database is not there yet. */
export default async function register({ strapi }: { strapi: Core.Strapi }): Promise<void> {
  await eachRoom((room) => room.register?.(strapi));
  strapi.hook('strapi::content-types.beforeSync').register(() => eachRoom((room) => room.beforeSync?.(strapi)));
  strapi.hook('strapi::content-types.afterSync').register(() => eachRoom((room) => room.afterSync?.(strapi)));
}

async function eachRoom(step: (room: Room) => void | Promise<void>): Promise<void> {
  try {
    for (const room of rooms) await step(room);
  } catch (error) {
    throw error instanceof GdprError ? error.withoutStack() : error;
  }
}
