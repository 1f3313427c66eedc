import type { DialectTable } from '../definitions/dialect-table.ts';
import { accountEndpoints } from './account-endpoints.ts';
import { artifactEndpoints } from './artifact-endpoints.ts';
import { refuse } from './errors.ts';
import { healthEndpoints } from './health-endpoints.ts';
import { limits } from './limits.ts';
import { modelEndpoints } from './model-endpoints.ts';
import { sessionEndpoints } from './session-endpoints.ts';
import { taskSocket } from './socket.ts';
import { taskEndpoints } from './task-endpoints.ts';

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
