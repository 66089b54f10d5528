import { auditRoom } from './audit';
import { consentRoom } from './consent';
import { lawfulnessRoom } from './lawfulness';
import { mailRoom } from './mail';
import { peopleRoom } from './people';
import { jobsRoom } from './platform/jobs';
import type { Room } from './platform/room';
import { runsRoom } from './platform/runs';
import { publicPagesRoom } from './public-pages';
import { vaultRoom } from './vault';

/** All rooms, the lowest first: each may use those before it. */
export const rooms: readonly Room[] = [
  jobsRoom,
  runsRoom,
  vaultRoom,
  auditRoom,
  publicPagesRoom,
  mailRoom,
  peopleRoom,
  lawfulnessRoom,
  consentRoom,
];
