import { globalAgent, type IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Agent, EnvHttpProxyAgent, interceptors, request } from 'undici';

/** One HTTP request: its answer's head, and the body as a Node stream of the bytes as they were sent. */
export type Ask = (
  url: URL,
  asked: {
    method: string;
    headers: Record<string, string>;
    body: string | null;
    signal: AbortSignal | null;
  },
) => Promise<Answered>;

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** Headers with API keys, which another host is not sent; `authorization` never is. */
const KEYS = ['x-api-key', 'api-key', 'x-goog-api-key'];

/**
 * Asks the operator's own addresses. Node's `fetch` makes web streams of bodies, which is most of what a token
 * costs, and gives up after five minutes; how long silence may last is for `watchStream` to say.
 * With NODE_USE_ENV_PROXY=1, Node's own switch, HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold here, too.
 */
export function createAsk(): Ask {
  const patient = { headersTimeout: 0, bodyTimeout: 0 };
  const agent = usesProxy() ? new EnvHttpProxyAgent(patient) : new Agent(patient);
  const dispatcher = agent.compose(
    interceptors.redirect({ maxRedirections: 5, stripHeadersOnCrossOriginRedirect: KEYS }),
  );
  return async (url, { method, headers, body, signal }) => {
    const answered = await request(url, { method: method as 'POST', headers, body, signal, dispatcher });
    return { status: answered.statusCode, headers: answered.headers, body: answered.body };
  };
}

/** What Node's own agent was set to; its types do not have it. */
function usesProxy(): boolean {
  const { options } = globalAgent as unknown as { options: { proxyEnv?: object } };
  return options.proxyEnv !== undefined;
}
