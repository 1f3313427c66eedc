import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.ts';
import { unkeptNumber } from '../../rules/json/numbers.ts';
import type { Admission } from '../requests/admission.ts';
import { headerCredentials } from '../requests/context.ts';
import { pageCredentials } from '../requests/session-cookie.ts';
import type { Transport } from '../requests/transport.ts';
import { answerBatch, checkBatch } from './batches.ts';
import type { Documents } from './documents/documents.ts';
import { refusePrefetch } from './graphiql.ts';
import { answerPlainly, isPlain } from './plain-requests.ts';
import type { Yoga } from './yoga.ts';

/** `/graphql`. Bodies must be JSON: forms and plain text could be posted from any page. */
export function graphqlRoute(yoga: Yoga, documents: Documents, admission: Admission) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeContentTypeParser('text/plain');
    app.route({
      url: yoga.graphqlEndpoint,
      method: ['GET', 'POST'],
      exposeHeadRoute: false,
      handler: (request, reply) => {
        // The page may contain a token.
        if (request.method === 'GET') reply.header('cache-control', 'no-store');
        checkForm(request);
        refusePrefetch(request);
        const address = admission.address(request.raw);
        const transport: Transport = {
          asker: once(async () => ({
            viewer: await admission.viewer(request.raw, pageCredentials(request.headers)),
            address,
          })),
          anonymous: async () => ({
            viewer: await admission.viewer(request.raw, headerCredentials({})),
            address,
          }),
          address,
          http: request,
          ...resumptionOf(request),
        };
        if (Array.isArray(request.body)) return answerBatch(yoga, request, reply, transport);
        return isPlain(request, documents)
          ? answerPlainly(yoga, request, reply, transport)
          : yoga.handleNodeRequestAndResponse(request, reply, transport);
      },
    });
    app.route({
      url: yoga.graphqlEndpoint,
      method: ['HEAD', 'PUT', 'PATCH', 'DELETE'],
      handler: async ({ method }, reply) => {
        reply.header('allow', 'GET, POST');
        throw new DomainError('METHOD_NOT_ALLOWED', `${method} is not supported by GraphQL; use GET or POST`);
      },
    });
  };
}

/** Cases that Yoga would answer in a format of its own. @throws DomainError */
function checkForm({ method, headers, body, query }: FastifyRequest): void {
  if (!URL.canParse(`http://${headers.host}`)) {
    throw new DomainError('VALIDATION_ERROR', 'Host: is not a valid host name', { field: 'Host' });
  }
  if (method === 'POST') checkBody(body);
  else checkParameters(query as Record<string, string>);
}

function checkBody(body: unknown): void {
  if (body === undefined) {
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json');
  }
  if (Array.isArray(body)) checkBatch(body);
  const operations = Array.isArray(body) ? body : [body];
  if (operations.every(isOperation)) return;
  const message = 'the body must be one object with `query`, or a list of such objects';
  throw new DomainError('VALIDATION_ERROR', message, { field: 'query' });
}

function isOperation(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

/** Of clients that continue a stream. Others may send the header with anything. */
function resumptionOf({ headers }: FastifyRequest): Pick<Transport, 'resumption'> {
  const lastEventId = headers['last-event-id'];
  const isStream = headers.accept?.includes('text/event-stream');
  if (typeof lastEventId !== 'string' || lastEventId === '' || !isStream) return {};
  return { resumption: { lastEventId, isOver: false } };
}

function checkParameters(parameters: Record<string, string>): void {
  for (const name of ['variables', 'extensions']) {
    const text = parameters[name];
    if (!text) continue;
    try {
      JSON.parse(text);
    } catch {
      throw new DomainError('VALIDATION_ERROR', `${name}: is not valid JSON`, { field: name });
    }
    const error = unkeptNumber(text);
    if (error) throw error;
  }
}

/** The rate limit and the context both need the asker; credentials are verified once. */
function once<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let answer: Promise<Result> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
