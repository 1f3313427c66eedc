import { globalAgent, type IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Agent, EnvHttpProxyAgent, interceptors, request } from 'undici';

/**
 * Sends one HTTP request; returns the head of the response, and the body as a Node stream of the raw bytes.
 */
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

/** Headers with API keys, which are not sent to another host; `authorization` never is. */
const KEYS = ['x-api-key', 'api-key', 'x-goog-api-key'];

/**
 * Sends requests to the operator's own addresses. Node's `fetch` creates web streams for bodies, which is
 * most of the cost of a token, and times out after five minutes; the permitted silence is up to
 * `watchStream`. With NODE_USE_ENV_PROXY=1, Node's own switch, HTTP_PROXY, HTTPS_PROXY and NO_PROXY apply as
 * well.
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

/** The setting of Node's own agent; its types lack it. */
function usesProxy(): boolean {
  const { options } = globalAgent as unknown as { options: { proxyEnv?: object } };
  return options.proxyEnv !== undefined;
}
