import type { DialectTable } from '../dialect.ts';
import { agentWorkEndpoints } from './agent-work.ts';
import { agentEndpoints } from './agents.ts';
import { refuse } from './errors.ts';
import { executionEndpoints } from './executions.ts';
import { modelSelectionEndpoints } from './model-selection.ts';
import { modelEndpoints } from './models.ts';
import { activitySocket } from './socket.ts';
import { taskEndpoints } from './tasks.ts';
import { workflowEndpoints } from './workflows.ts';

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
