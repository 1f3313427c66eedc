import type { DialectTable } from '../definitions/dialect-table.ts';
import { accountEndpoints } from './account.ts';
import { artifactEndpoints } from './artifacts.ts';
import { refuse } from './errors.ts';
import { healthEndpoints } from './health.ts';
import { limits } from './limits.ts';
import { modelEndpoints } from './models.ts';
import { sessionEndpoints } from './sessions.ts';
import { taskSocket } from './socket.ts';
import { taskEndpoints } from './tasks.ts';

export const miniDevin = {
  name: 'mini-devin',
  endpoints: [
    ...healthEndpoints,
    ...accountEndpoints,
    ...modelEndpoints,
    ...sessionEndpoints,
    ...taskEndpoints,
    ...artifactEndpoints,
  ],
  sockets: [taskSocket],
  limits,
  refuse,
} satisfies DialectTable;
