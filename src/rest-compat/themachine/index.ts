import type { DialectTable } from '../definitions/dialect-table.ts';
import { agentEndpoints } from './agents/agent-endpoints.ts';
import { agentWorkEndpoints } from './agents/agent-work-endpoints.ts';
import { refuse } from './errors.ts';
import { modelEndpoints } from './models/model-endpoints.ts';
import { modelSelectionEndpoints } from './models/model-selection-endpoints.ts';
import { activitySocket } from './socket/socket.ts';
import { taskEndpoints } from './tasks/task-endpoints.ts';
import { executionEndpoints } from './workflows/execution-endpoints.ts';
import { workflowEndpoints } from './workflows/workflow-endpoints.ts';

export const theMachine = {
  name: 'themachine',
  endpoints: [
    ...taskEndpoints,
    ...modelEndpoints,
    ...agentEndpoints,
    ...agentWorkEndpoints,
    ...workflowEndpoints,
    ...executionEndpoints,
    ...modelSelectionEndpoints,
  ],
  sockets: [activitySocket],
  limits: null,
  refuse,
} satisfies DialectTable;
