import type { DialectTable } from '../definitions/dialect-table.ts';
import { agentWorkEndpoints } from './agents/agent-work.ts';
import { agentEndpoints } from './agents/agents.ts';
import { refuse } from './errors.ts';
import { modelSelectionEndpoints } from './models/model-selection.ts';
import { modelEndpoints } from './models/models.ts';
import { activitySocket } from './socket/socket.ts';
import { taskEndpoints } from './tasks/tasks.ts';
import { executionEndpoints } from './workflows/executions.ts';
import { workflowEndpoints } from './workflows/workflows.ts';

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
