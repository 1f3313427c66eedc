import { z } from 'zod';
import { endpoint } from '../../definitions/endpoint.ts';
import { graphql } from '../../handling/documents.ts';
import { path, withoutAbsent } from '../../shapes/input.ts';
import { globalIdOf } from '../../shapes/output.ts';
import { queryFlag } from '../../shapes/query.ts';
import { deleted, messageShape } from '../deletion-message.ts';
import { listRange } from '../ranges.ts';
import {
  newWorkflow,
  stepInput,
  WORKFLOW_NAMES,
  workflowChange,
  workflowSettings,
} from './workflow-input.ts';
import { showWorkflow, WORKFLOW, workflowShape } from './workflow-shape.ts';

const oneWorkflow = z.object({ params: path('workflow_id') });

export const workflowEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/orchestration/workflows',
    access: 'account',
    input: z.object({ query: z.object({ is_active: queryFlag().optional(), ...listRange }) }),
    document: graphql(
      `query workflows($isActive: Boolean, $first: Int!, $offset: Int!) {
        workflows(filter: { origins: [THEMACHINE, GRAPHQL], isActive: $isActive }, first: $first, offset: $offset) {
          nodes { ...Workflow }
        }
      }`,
      [WORKFLOW],
    ),
    variables: ({ query: { is_active, limit, offset } }) => ({
      isActive: is_active ?? null,
      first: limit,
      offset,
    }),
    body: z.array(workflowShape),
    respond: ({ workflows }) => workflows.nodes.map(showWorkflow),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/orchestration/workflows/{workflow_id}',
    access: 'account',
    names: { id: 'workflow_id' },
    input: oneWorkflow,
    document: graphql('query workflow($id: ID!) { workflow(id: $id) { ...Workflow } }', [WORKFLOW]),
    variables: ({ params }) => ({ id: globalIdOf('Workflow', params.workflow_id) }),
    body: workflowShape,
    respond: ({ workflow }) => showWorkflow(workflow),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/orchestration/workflows',
    access: 'account',
    names: WORKFLOW_NAMES,
    input: z.object({ body: newWorkflow }),
    document: graphql(
      `mutation createWorkflow($input: CreateWorkflowInput!) {
        createWorkflow(input: $input) { workflow { ...Workflow } }
      }`,
      [WORKFLOW],
    ),
    variables: ({ body }) => ({
      input: { name: body.name, steps: body.steps.map(stepInput), ...workflowSettings(body) },
    }),
    body: workflowShape,
    respond: ({ createWorkflow: { workflow } }) => showWorkflow(workflow),
    status: 200,
  }),

  endpoint({
    method: 'PATCH',
    path: '/api/v1/orchestration/workflows/{workflow_id}',
    access: 'account',
    names: WORKFLOW_NAMES,
    input: z.object({ ...oneWorkflow.shape, body: workflowChange }),
    document: graphql(
      `mutation updateWorkflow($input: UpdateWorkflowInput!) {
        updateWorkflow(input: $input) { workflow { ...Workflow } }
      }`,
      [WORKFLOW],
    ),
    variables: ({ params, body }) => ({
      input: {
        id: globalIdOf('Workflow', params.workflow_id),
        ...withoutAbsent({ name: body.name, steps: body.steps?.map(stepInput) }),
        ...workflowSettings(body),
      },
    }),
    body: workflowShape,
    respond: ({ updateWorkflow: { workflow } }) => showWorkflow(workflow),
    status: 200,
  }),

  endpoint({
    method: 'DELETE',
    path: '/api/v1/orchestration/workflows/{workflow_id}',
    access: 'account',
    names: { id: 'workflow_id' },
    input: oneWorkflow,
    document: graphql(
      'mutation deleteWorkflow($input: DeleteWorkflowInput!) { deleteWorkflow(input: $input) { deletedId } }',
    ),
    variables: ({ params }) => ({ input: { id: globalIdOf('Workflow', params.workflow_id) } }),
    body: messageShape,
    respond: (_data, { params }) => deleted('Workflow', params.workflow_id),
    status: 200,
  }),
];
