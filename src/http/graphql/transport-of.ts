import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.ts';
import type { Admission } from '../requests/admission.ts';
import { type Asker, headerCredentials } from '../requests/context.ts';
import { eventSourceCredentials, pageCredentials } from '../requests/session-cookie.ts';
import type { Transport } from '../requests/transport.ts';
import { isReservation } from './streams/reservations.ts';

/** Who sends a GraphQL request, and whether it resumes a stream. */
export function transportOf(request: FastifyRequest, admission: Admission): Transport {
  const address = admission.address(request.raw);
  const isStream = acceptsEvents(request);
  const isEventSource = isStream && request.method === 'GET';
  return {
    asker: once(async () => ({ viewer: await viewerOf(request, admission, isEventSource), address })),
    anonymous: async () => ({ viewer: await admission.viewer(request.raw, headerCredentials({})), address }),
    address,
    http: request,
    ...(isStream && resumptionOf(request)),
  };
}

export function acceptsEvents({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/event-stream') ?? false;
}

async function viewerOf(
  { raw, headers, query }: FastifyRequest,
  admission: Admission,
  isEventSource: boolean,
): Promise<Asker['viewer']> {
  if (!isEventSource) return admission.viewer(raw, pageCredentials(headers));
  const { token } = query as { token?: unknown };
  const credentials = eventSourceCredentials(headers, isReservation(token) ? undefined : token);
  const viewer = await admission.viewer(raw, credentials);
  const isInAddress = headers.authorization === undefined && credentials.authorization !== null;
  // Addresses are in histories and in logs of proxies.
  if (viewer && isInAddress && !viewer.runIds) {
    throw new DomainError('UNAUTHENTICATED', 'token: a URL may contain only a run token (createRunToken)');
  }
  return viewer;
}

/** Of clients that continue a stream. Others may send the header with anything. */
function resumptionOf({ headers }: FastifyRequest): Pick<Transport, 'resumption'> {
  const lastEventId = headers['last-event-id'];
  if (typeof lastEventId !== 'string' || lastEventId === '') return {};
  return { resumption: { lastEventId, isOver: false } };
}

/** The rate limit and the context both need the asker; credentials are verified once. */
function once<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let answer: Promise<Result> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
