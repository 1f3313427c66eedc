import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange, Memory } from './chat.ts';
import { Refused } from './faults.ts';
import { openai } from './openai.ts';
import { receive, remember, type VendorRequest } from './requests.ts';
import { routeOf } from './routes.ts';

export interface Desk {
  readonly memory: Memory;
  readonly requests: VendorRequest[];
}

function unknownPath({ method, path }: VendorRequest): Refused {
  const message = `Invalid URL (${method} ${path})`;
  return new Refused({ status: 404, type: 'invalid_request_error', message, code: null, param: null });
}

function refuse(
  { response, wire, sequence, memory }: Omit<Exchange, 'body'>,
  { problem, headers, body }: Refused,
): void {
  memory.statistics.add({ faults: 1 });
  response.writeHead(problem.status, {
    'content-type': 'application/json',
    ...wire.replyHeaders(sequence),
    ...headers,
  });
  response.end(JSON.stringify(body ?? wire.errorBody(problem, sequence)));
}

async function answer(
  desk: Desk,
  incoming: IncomingMessage,
  opened: Omit<Exchange, 'body' | 'wire'>,
): Promise<void> {
  const { request, body } = await receive(incoming);
  // Lists of models are looked at by themselves, at any time.
  if (request.method === 'POST') remember(desk.requests, request);
  const route = routeOf(request.method, request.path);
  const wire = route?.wire ?? openai;
  try {
    if (!route) throw unknownPath(request);
    const problem = wire.authorize(request.headers);
    if (problem) throw new Refused(problem);
    await route.serve({ ...opened, wire, body: body() });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refuse({ ...opened, wire }, error);
  }
}

function closing(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** Sees one request through, counts it, and never rejects. */
export async function handle(
  desk: Desk,
  sequence: number,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { memory } = desk;
  const signal = closing(response);
  memory.statistics.add({ total: 1, open: 1 });
  try {
    await answer(desk, incoming, { memory, sequence, response, signal });
    memory.statistics.add({ open: -1 });
  } catch (error) {
    const left = signal.aborted || !incoming.complete;
    // Whatever else fails is a mistake in the vendor, which a test must not take for a played fault.
    if (!left) console.error(error);
    response.destroy();
    memory.statistics.add({ open: -1, aborted: left ? 1 : 0 });
  }
}
