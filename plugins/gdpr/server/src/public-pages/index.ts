export { escapeHtml, html, type Html } from '../platform/html';
export { PublicRateLimit } from './rate-limit';
export { type Answer, forbidCaching, type PublicContext, respond } from './respond';

import type { Room } from '../platform/room';

import { quietBodyErrors } from './body-errors';

/** Pages for data subjects, rendered on the server. */
export const publicPagesRoom: Room = { name: 'public-pages', register: quietBodyErrors };
