import type { Room } from './platform/room';
import { peopleRoom } from './people';
import { vaultRoom } from './vault';

/** All rooms, the lowest first: each may use those before it. */
export const rooms: readonly Room[] = [vaultRoom, peopleRoom];
