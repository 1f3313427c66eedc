import { z } from 'zod';
import { waitingEndpoint } from '../../definitions/endpoint.ts';
import { graphql } from '../../handling/documents.ts';
import { jsonBody, path, text } from '../../shapes/input.ts';
import { globalIdOf, isoSeconds, plainId } from '../../shapes/output.ts';
import { errorOf, resultOf } from '../../shapes/results.ts';
import { modelParameters, parametersOf } from '../prompt-parameters.ts';
import { TASK_STATUS, TASK_STATUSES } from '../status-words.ts';
import { AGENT_NAMES } from './agent-shape.ts';

export const agentWorkEndpoints = [
  waitingEndpoint({
    method: 'POST',
    path: '/api/v1/agents/{agent_id}/execute',
    access: 'account',
    names: { ...AGENT_NAMES, prompt: 'task' },
    input: z.object({
      params: path('agent_id'),
      body: jsonBody({ task: text(), model_id: text().nullish(), parameters: modelParameters.nullish() }),
    }),
    document: graphql(`mutation executeAgent($input: ExecuteAgentInput!) {
      executeAgent(input: $input) { task { id } }
    }`),
    variables: ({ params, body: { task, model_id, parameters } }) => ({
      input: {
        agentId: globalIdOf('Agent', params.agent_id),
        prompt: task,
        model: model_id ?? parameters?.model ?? null,
        parameters: parametersOf(parameters) ?? null,
      },
    }),
    wait: {
      until: graphql('subscription taskEvents($id: ID!) { taskEvents(taskId: $id) { __typename } }'),
      document: graphql(`query task($id: ID!) {
        task(id: $id) { id status result error { message } cancelReason cost createdAt endedAt }
      }`),
      variables: ({ executeAgent }) => ({ id: executeAgent.task.id }),
    },
    body: z.object({
      id: z.string(),
      agent_id: z.string(),
      status: z.enum(TASK_STATUSES),
      result: z.record(z.string(), z.unknown()).nullable(),
      error: z.string().nullable(),
      cost: z.number(),
      created_at: z.string(),
      completed_at: z.string().nullable(),
    }),
    respond: ({ task }, { params }) => ({
      id: plainId(task.id),
      agent_id: params.agent_id,
      status: TASK_STATUS[task.status],
      result: resultOf(task),
      error: errorOf(task),
      cost: task.cost,
      created_at: isoSeconds(task.createdAt),
      completed_at: task.endedAt && isoSeconds(task.endedAt),
    }),
    status: 200,
  }),
];
