import bootstrap from './bootstrap';
import destroy from './destroy';
import register from './register';
import { rooms } from './rooms';

export default {
  register,
  bootstrap,
  destroy,
  contentTypes: Object.assign({}, ...rooms.map((room) => room.contentTypes ?? {})) as object,
  controllers: Object.assign({}, ...rooms.map((room) => room.controllers ?? {})) as object,
  services: Object.assign({}, ...rooms.map((room) => room.services ?? {})) as object,
  routes: {
    'content-api': { type: 'content-api', routes: rooms.flatMap((room) => room.contentApiRoutes ?? []) },
    admin: { type: 'admin', routes: rooms.flatMap((room) => room.adminRoutes ?? []) },
  },
};

export { runCommandLine } from './command-line';
