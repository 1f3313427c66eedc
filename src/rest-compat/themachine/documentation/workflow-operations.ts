import type { DialectDocument } from '../../definitions/documentation.ts';
import { EXECUTION, NEW_EXECUTION, NEW_WORKFLOW, WORKFLOW } from './examples.ts';
import { executionFields, newWorkflowFields, workflowChangeFields } from './limits.ts';

const workflow = { name: 'Workflow', example: WORKFLOW };
const execution = { name: 'Execution', example: EXECUTION };

export const workflowOperations = {
  'GET /api/v1/orchestration/workflows': {
    summary: 'List workflows',
    description: 'Workflows that were created here or by GraphQL, newest first.',
    response: workflow,
  },
  'GET /api/v1/orchestration/workflows/{workflow_id}': {
    summary: 'Read a workflow',
    description: 'The current version, with its steps and its schedule.',
    response: workflow,
  },
  'POST /api/v1/orchestration/workflows': {
    summary: 'Create a workflow',
    description:
      'A workflow of steps, each of which is a task for a model or an agent, or runs a template. Steps begin when those in `depends_on` have completed. The document leaves the members open.',
    request: { name: 'NewWorkflow', example: NEW_WORKFLOW, fields: newWorkflowFields },
    response: workflow,
  },
  'PATCH /api/v1/orchestration/workflows/{workflow_id}': {
    summary: 'Change a workflow',
    description:
      'Takes single members or the whole object; `steps` replaces all of them. Executions in progress keep the version that they began with.',
    request: {
      name: 'WorkflowChange',
      example: { description: 'Reviews what was pushed' },
      fields: workflowChangeFields,
    },
    response: workflow,
  },
  'DELETE /api/v1/orchestration/workflows/{workflow_id}': {
    summary: 'Delete a workflow',
    description: 'Its executions stay readable, and running ones continue.',
    response: { name: 'Message' },
  },
  'POST /api/v1/orchestration/executions': {
    summary: 'Execute a workflow',
    description:
      'Queues an execution and answers at once; follow it on the socket. `parameters.timeout` limits it, in seconds; the other parameters are for the steps.',
    request: { name: 'NewExecution', example: NEW_EXECUTION, fields: executionFields },
    response: execution,
  },
  'GET /api/v1/orchestration/executions/{execution_id}': {
    summary: 'Read an execution',
    description: 'The execution with the status and output of each step.',
    response: execution,
  },
  'GET /api/v1/orchestration/executions': {
    summary: 'List executions',
    description: 'Executions of workflows that were created here or by GraphQL, newest first.',
    errors: ['NOT_FOUND'],
    response: execution,
  },
  'POST /api/v1/orchestration/executions/{execution_id}/cancel': {
    summary: 'Cancel an execution',
    description:
      'Ends the execution and the tasks of its steps. One that ended otherwise is refused with 400.',
    response: execution,
  },
} satisfies DialectDocument['operations'];
