import type { DialectTable } from '../definitions/dialect-table.ts';
import { analyticsEndpoints } from './analytics-endpoints.ts';
import { refuse } from './errors.ts';
import { limits } from './limits.ts';
import { modelEndpoints } from './model-endpoints.ts';
import { orchestrationEndpoints } from './orchestration-endpoints.ts';
import { sessionEndpoints } from './session-endpoints.ts';
import { sessionSocket } from './socket.ts';
import { threadEndpoints } from './thread-endpoints.ts';

export const orchestrateX = {
  name: 'orchestratex',
  endpoints: [
    ...sessionEndpoints,
    ...threadEndpoints,
    ...orchestrationEndpoints,
    ...modelEndpoints,
    ...analyticsEndpoints,
  ],
  sockets: [sessionSocket],
  limits,
  refuse,
} satisfies DialectTable;
