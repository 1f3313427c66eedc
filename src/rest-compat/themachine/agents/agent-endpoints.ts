import { z } from 'zod';
import { endpoint } from '../../definitions/endpoint.ts';
import { graphql } from '../../handling/documents.ts';
import { path } from '../../shapes/input.ts';
import { globalIdOf } from '../../shapes/output.ts';
import { queryFlag } from '../../shapes/query.ts';
import { deleted, messageShape } from '../deletion-message.ts';
import { listRange } from '../ranges.ts';
import {
  AGENT,
  AGENT_NAMES,
  agentChange,
  agentSettings,
  agentShape,
  newAgent,
  showAgent,
} from './agent-shape.ts';

const oneAgent = z.object({ params: path('agent_id') });

export const agentEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/agents',
    access: 'account',
    input: z.object({
      query: z.object({ type: z.string().optional(), is_active: queryFlag().optional(), ...listRange }),
    }),
    document: graphql(
      `query agents($type: String, $isActive: Boolean, $first: Int!, $offset: Int!) {
        agents(
          filter: { origins: [THEMACHINE, GRAPHQL], type: $type, isActive: $isActive }
          first: $first, offset: $offset
        ) { nodes { ...Agent } }
      }`,
      [AGENT],
    ),
    variables: ({ query: { type, is_active, limit, offset } }) => ({
      type: type ?? null,
      isActive: is_active ?? null,
      first: limit,
      offset,
    }),
    body: z.array(agentShape),
    respond: ({ agents }) => agents.nodes.map(showAgent),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/agents/{agent_id}',
    access: 'account',
    names: { id: 'agent_id' },
    input: oneAgent,
    document: graphql('query agent($id: ID!) { agent(id: $id) { ...Agent } }', [AGENT]),
    variables: ({ params }) => ({ id: globalIdOf('Agent', params.agent_id) }),
    body: agentShape,
    respond: ({ agent }) => showAgent(agent),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/agents',
    access: 'account',
    names: AGENT_NAMES,
    input: z.object({ body: newAgent }),
    document: graphql(
      'mutation createAgent($input: CreateAgentInput!) { createAgent(input: $input) { agent { ...Agent } } }',
      [AGENT],
    ),
    variables: ({ body }) => ({ input: { name: body.name, ...agentSettings(body) } }),
    body: agentShape,
    respond: ({ createAgent: { agent } }) => showAgent(agent),
    status: 200,
  }),

  endpoint({
    method: 'PATCH',
    path: '/api/v1/agents/{agent_id}',
    access: 'account',
    names: AGENT_NAMES,
    input: z.object({ ...oneAgent.shape, body: agentChange }),
    document: graphql(
      'mutation updateAgent($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { ...Agent } } }',
      [AGENT],
    ),
    variables: ({ params, body }) => ({
      input: {
        id: globalIdOf('Agent', params.agent_id),
        name: body.name ?? null,
        ...agentSettings(body),
      },
    }),
    body: agentShape,
    respond: ({ updateAgent: { agent } }) => showAgent(agent),
    status: 200,
  }),

  endpoint({
    method: 'DELETE',
    path: '/api/v1/agents/{agent_id}',
    access: 'account',
    names: { id: 'agent_id' },
    input: oneAgent,
    document: graphql(
      'mutation deleteAgent($input: DeleteAgentInput!) { deleteAgent(input: $input) { deletedId } }',
    ),
    variables: ({ params }) => ({ input: { id: globalIdOf('Agent', params.agent_id) } }),
    body: messageShape,
    respond: (_data, { params }) => deleted('Agent', params.agent_id),
    status: 200,
  }),
];
