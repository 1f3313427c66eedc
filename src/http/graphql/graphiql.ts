import type { FastifyRequest } from 'fastify';
import type { GraphiQLOptions } from 'graphql-yoga';
import type { Services } from '../../context.ts';
import { beginLogin } from '../../resolvers/accounts/logins/begin-login.ts';
import type { KeptText } from '../requests/kept-text.ts';
import { type LocalAdmin, linkOf } from '../requests/one-time-link.ts';
import { createGraphiqlAssets } from './graphiql-assets.ts';
import { renderPage } from './graphiql-page.ts';

/** GraphiQL, which loads nothing from elsewhere. */
export interface GraphiqlPage {
  options(request: FastifyRequest): Promise<GraphiQLOptions>;
  render(options: GraphiQLOptions): Promise<string>;
  /** A file that the page loads; undefined: there is none of this name. */
  file(name: string): Promise<KeptText | undefined>;
}

/** Lines of at most 54 characters, which the editor shows on a laptop. */
const CREDENTIALS = {
  operated: `# Enter your credentials under Headers, below, such as
# { "authorization": "Bearer …" } with a login token.`,
  embedded: `# Your credentials are under Headers, below. If there are
# none, open the link that \`npm run link\` prints.`,
  uselessLink: `# The link was used before, or is older than a day:
# \`npm run link\` prints another.`,
};

const welcome = (
  credentials: keyof typeof CREDENTIALS,
) => `# Polyphony. Press the button and choose an operation.
${CREDENTIALS[credentials]}

# 1. Give the model some work.
mutation Ask {
  createTask(
    input: { prompt: "Say hello in three languages." }
  ) {
    task { id status model }
  }
}

# 2. Put the id from the answer under Variables:
#    { "id": "…" }, and watch the answer grow.
subscription Follow($id: ID!) {
  text(taskId: $id) { textSoFar }
}

# 3. Look at the result and its cost.
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

/** @param localAdmin the account that a one-time link logs in; null: there are no links. */
export function createGraphiqlPage(
  services: Pick<Services, 'store' | 'tokens'>,
  localAdmin: LocalAdmin | null,
): GraphiqlPage {
  const loadAssets = createGraphiqlAssets();
  return {
    render: async (options) => renderPage(options, await loadAssets()),
    file: async (name) => (await loadAssets()).files.get(name),
    async options(request) {
      const secret = linkOf(request);
      const isTaken = localAdmin && secret !== null && (await localAdmin.takeLink(secret));
      const token = isTaken ? await logIn(services, localAdmin) : null;
      const isUseless = localAdmin && secret !== null && !isTaken;
      return {
        title: 'Polyphony GraphiQL',
        defaultQuery: welcome(isUseless ? 'uselessLink' : localAdmin ? 'embedded' : 'operated'),
        subscriptionsProtocol: 'WS',
        // Without a link, the page uses the console's login cookie, which is accepted only with this header.
        headers: JSON.stringify(
          token ? { authorization: `Bearer ${token}` } : { 'x-csrf-token': '1' },
          null,
          2,
        ),
      };
    },
  };
}

async function logIn(services: Pick<Services, 'store' | 'tokens'>, { id }: LocalAdmin): Promise<string> {
  const login = await beginLogin(services, { id, passwordHash: null }, 'graphql', {
    expiresIn: LOCAL_TOKEN_SECONDS,
  });
  return login.token;
}
