import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { invalidRequest } from './faults.ts';

/** What a client sent, for tests to look at. */
export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body; empty when there was none or it was no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Enough for any test, and a bench of a million requests stays in memory. */
const kept = 1000;

export function remember(requests: VendorRequest[], request: VendorRequest): void {
  if (requests.length >= kept) requests.shift();
  requests.push(request);
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export interface Received {
  readonly request: VendorRequest;
  /** Throws Refused (400) when a body was sent that is no JSON object. */
  body(): VendorRequest['body'];
}

export async function receive(incoming: IncomingMessage): Promise<Received> {
  const json = await text(incoming);
  const parsed = json === '' ? {} : parseObject(json);
  const { method = '', headers } = incoming;
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://vendor');
  return {
    request: {
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers,
      body: parsed ?? {},
    },
    body: () => {
      if (parsed) return parsed;
      throw invalidRequest('We could not parse the JSON body of your request.');
    },
  };
}
