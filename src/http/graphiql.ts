import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { FastifyRequest } from 'fastify';
import type { GraphiQLOptions } from 'graphql-yoga';
import type { Services } from '../context.ts';

/** GraphiQL, whole in one page: nothing is loaded from elsewhere. */
export interface GraphiqlPage {
  options(request: FastifyRequest): Promise<GraphiQLOptions>;
}

const WELCOME = `# Polyphony. Run each operation with Ctrl-Enter; the headers tab below holds your credentials.
mutation Ask {
  createTask(input: { prompt: "Say hello in three languages." }) {
    task { id status model }
  }
}

# Copy the id of the answer into the variables: { "id": "…" }
subscription Follow($id: ID!) {
  taskEvents(taskId: $id) {
    __typename
    seq
    ... on TokensGenerated { text }
    ... on RunCompleted { result }
    ... on RunFailed { error { code message } }
  }
}

query Look($id: ID!) {
  task(id: $id) { status result cost usage { inputTokens outputTokens } modelCalls { provider timeToFirstTokenMs } }
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
function isLocalPerson({ headers }: FastifyRequest): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(host);
  const site = headers['sec-fetch-site'] ?? 'none';
  return isLoopback && headers.origin === undefined && (site === 'none' || site === 'same-origin');
}

/**
 * The page, with two things that GraphiQL leaves out: its socket is opened with the headers of the editor, and
 * a token of ours that an earlier visit left in the browser's storage is replaced by the fresh one.
 */
export function renderPage(options: GraphiQLOptions): string {
  return renderGraphiQL(options)
    .replace(/<title>.*?<\/title>/, `<title>${options.title}</title>`)
    .replace(
      /(renderYogaGraphiQL\(\s*window\.document\.querySelector\('#root'\),\s*)(\{.*\})(,\s*\);)/s,
      (_all, head, json, tail) => `${head}(${prepare.toString()})(${json})${tail}`,
    );
}

interface BrowserStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Runs in the browser, as text: it may use nothing of this file. */
function prepare(options: GraphiQLOptions & { connectionParams?: () => unknown }) {
  const { localStorage } = globalThis as unknown as { localStorage: BrowserStorage };
  const TABS = 'graphiql:tabState';
  const TOKEN = 'polyphony:headers';
  const earlier = localStorage.getItem(TOKEN);
  const tabs = localStorage.getItem(TABS);
  if (earlier && options.headers && tabs) {
    const [from, to] = [earlier, options.headers].map((text) => JSON.stringify(text).slice(1, -1));
    localStorage.setItem(TABS, tabs.replaceAll(from!, to!));
  }
  if (options.headers) localStorage.setItem(TOKEN, options.headers);
  options.connectionParams = () => {
    const state = JSON.parse(localStorage.getItem(TABS) ?? '{"tabs":[],"activeTabIndex":0}');
    return JSON.parse(state.tabs[state.activeTabIndex]?.headers || options.headers || '{}');
  };
  return options;
}
