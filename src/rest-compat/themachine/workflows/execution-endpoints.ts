import { z } from 'zod';
import { endpoint } from '../../definitions/endpoint.ts';
import { graphql } from '../../handling/documents.ts';
import { anyObject, integer, jsonBody, oneOf, path, text } from '../../shapes/input.ts';
import { globalIdOf } from '../../shapes/output.ts';
import { statusesOf } from '../../shapes/statuses.ts';
import { listRange } from '../ranges.ts';
import { EXECUTION_STATUS, EXECUTION_STATUSES } from '../status-words.ts';
import { EXECUTION, executionShape, showExecution } from './execution-shape.ts';

const oneExecution = z.object({ params: path('execution_id') });

export const executionEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/orchestration/executions',
    access: 'account',
    names: { input: 'input_data', timeout_seconds: 'parameters.timeout' },
    input: z.object({
      body: jsonBody({
        workflow_id: text(),
        input_data: anyObject().nullish(),
        parameters: anyObject()
          .pipe(z.looseObject({ timeout: integer().nullish() }))
          .nullish(),
      }),
    }),
    document: graphql(
      `mutation executeWorkflow($input: ExecuteWorkflowInput!) {
        executeWorkflow(input: $input) { execution { ...Execution } }
      }`,
      [EXECUTION],
    ),
    variables: ({ body: { workflow_id, input_data, parameters } }) => ({
      input: {
        workflowId: globalIdOf('Workflow', workflow_id),
        input: input_data ?? null,
        parameters: parameters ?? null,
        timeoutSeconds: parameters?.timeout ?? null,
      },
    }),
    body: executionShape,
    respond: ({ executeWorkflow: { execution } }) => showExecution(execution),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/orchestration/executions/{execution_id}',
    access: 'account',
    names: { id: 'execution_id' },
    input: oneExecution,
    document: graphql('query execution($id: ID!) { execution(id: $id) { ...Execution } }', [EXECUTION]),
    variables: ({ params }) => ({ id: globalIdOf('Execution', params.execution_id) }),
    body: executionShape,
    respond: ({ execution }) => showExecution(execution),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/orchestration/executions',
    access: 'account',
    input: z.object({
      query: z.object({
        workflow_id: z.string().optional(),
        status: oneOf(EXECUTION_STATUSES).optional(),
        ...listRange,
      }),
    }),
    document: graphql(
      `query executions($workflowId: ID, $statuses: [RunStatus!], $first: Int!, $offset: Int!) {
        executions(
          filter: { origins: [THEMACHINE, GRAPHQL], workflowId: $workflowId, statuses: $statuses }
          first: $first, offset: $offset
        ) { nodes { ...Execution } }
      }`,
      [EXECUTION],
    ),
    variables: ({ query: { workflow_id, status, limit, offset } }) => ({
      workflowId: workflow_id === undefined ? null : globalIdOf('Workflow', workflow_id),
      statuses: statusesOf(EXECUTION_STATUS, status),
      first: limit,
      offset,
    }),
    body: z.array(executionShape),
    respond: ({ executions }) => executions.nodes.map(showExecution),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/orchestration/executions/{execution_id}/cancel',
    access: 'account',
    names: { id: 'execution_id' },
    input: oneExecution,
    document: graphql(
      `mutation cancelExecution($input: CancelExecutionInput!) {
        cancelExecution(input: $input) { execution { ...Execution } }
      }`,
      [EXECUTION],
    ),
    variables: ({ params }) => ({ input: { id: globalIdOf('Execution', params.execution_id) } }),
    body: executionShape,
    respond: ({ cancelExecution: { execution } }) => showExecution(execution),
    status: 200,
  }),
];
