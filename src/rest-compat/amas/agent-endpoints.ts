import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { path } from '../shapes/input.ts';
import { globalIdOf } from '../shapes/output.ts';
import { wholeRange } from '../shapes/whole-list.ts';
import { AGENT, agentShape, showAgent } from './agent-shape.ts';

export const agentEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/agents',
    access: 'account',
    input: z.object({ query: z.object(wholeRange) }),
    document: graphql(
      `query agents($first: Int!, $offset: Int!) {
        agents(filter: { origins: [AMAS, GRAPHQL] }, first: $first, offset: $offset) { nodes { ...Agent } }
      }`,
      [AGENT],
    ),
    paged: true,
    variables: ({ query: { limit, offset } }) => ({ first: limit, offset }),
    body: z.array(agentShape),
    respond: ({ agents }) => agents.nodes.map(showAgent),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/agents/{agent_id}',
    access: 'account',
    about: 'agent',
    input: z.object({ params: path('agent_id') }),
    document: graphql('query agent($id: ID!) { agent(id: $id) { ...Agent } }', [AGENT]),
    variables: ({ params }) => ({ id: globalIdOf('Agent', params.agent_id) }),
    body: agentShape,
    respond: ({ agent }) => showAgent(agent),
    status: 200,
  }),
];
