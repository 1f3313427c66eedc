import type { FastifyRequest } from 'fastify';
import type { GraphiQLOptions } from 'graphql-yoga';
import type { Services } from '../context.ts';
import { isLocal } from './is-local.ts';

/** GraphiQL, whole in one page: nothing is loaded from elsewhere. */
export interface GraphiqlPage {
  options(request: FastifyRequest): Promise<GraphiQLOptions>;
}

/** Lines of at most 54 characters: that is what its editor shows of a line on a laptop. */
const WELCOME = `# Polyphony. Press the button and choose an operation.
# Your credentials stand under Headers, below.

# 1. Give the model some work.
mutation Ask {
  createTask(
    input: { prompt: "Say hello in three languages." }
  ) {
    task { id status model }
  }
}

# 2. Put the id from the answer under Variables:
#    { "id": "…" }, and watch the answer come.
subscription Follow($id: ID!) {
  taskEvents(taskId: $id) {
    __typename
    seq
    ... on TokensGenerated { text }
    ... on RunCompleted { result }
    ... on RunFailed { error { code message } }
  }
}

# 3. What came of it, and what it cost.
query Look($id: ID!) {
  task(id: $id) {
    status
    result
    cost
    usage { inputTokens outputTokens }
    modelCalls { provider timeToFirstTokenMs }
  }
}
`;

const LOCAL_TOKEN_SECONDS = 24 * 3600;

/**
 * @param localAdminId the account whose token stands in the headers of the page when it is asked for from this
 * machine; null: nobody's.
 */
export function createGraphiqlPage(services: Services, localAdminId: string | null): GraphiqlPage {
  return {
    async options(request) {
      const token =
        localAdminId && isLocalPerson(request)
          ? await services.tokens.sign(localAdminId, LOCAL_TOKEN_SECONDS)
          : null;
      return {
        title: 'Polyphony GraphiQL',
        defaultQuery: WELCOME,
        subscriptionsProtocol: 'WS',
        ...(token && { headers: JSON.stringify({ authorization: `Bearer ${token}` }, null, 2) }),
      };
    },
  };
}

/** A page of another site may reach this port, but must not read a token: the address bar must be ours. */
function isLocalPerson({ headers, raw }: FastifyRequest): boolean {
  if (!isLocal(raw)) return false;
  const site = headers['sec-fetch-site'] ?? 'none';
  return headers.origin === undefined && (site === 'none' || site === 'same-origin');
}
