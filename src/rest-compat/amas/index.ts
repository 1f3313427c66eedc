import type { DialectTable } from '../definitions/dialect-table.ts';
import { accountEndpoints } from './account.ts';
import { agentEndpoints } from './agents.ts';
import { refuse } from './errors.ts';
import { integrationEndpoints } from './integrations.ts';
import { limits } from './limits.ts';
import { predictionEndpoints } from './predictions.ts';
import { activitySocket } from './socket.ts';
import { systemEndpoints } from './system.ts';
import { taskEndpoints } from './tasks.ts';

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
