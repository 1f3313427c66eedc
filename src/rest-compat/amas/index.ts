import type { DialectTable } from '../definitions/dialect-table.ts';
import { accountEndpoints } from './account-endpoints.ts';
import { agentEndpoints } from './agent-endpoints.ts';
import { refuse } from './errors.ts';
import { integrationEndpoints } from './integration-endpoints.ts';
import { limits } from './limits.ts';
import { predictionEndpoints } from './prediction-endpoints.ts';
import { activitySocket } from './socket.ts';
import { systemEndpoints } from './system-endpoints.ts';
import { taskEndpoints } from './task-endpoints.ts';

export const amas = {
  name: 'amas',
  endpoints: [
    ...accountEndpoints,
    ...taskEndpoints,
    ...agentEndpoints,
    ...systemEndpoints,
    ...predictionEndpoints,
    ...integrationEndpoints,
  ],
  sockets: [activitySocket],
  limits,
  refuse,
} satisfies DialectTable;
