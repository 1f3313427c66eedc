import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.ts';
import { unkeptNumber } from '../../rules/json/numbers.ts';
import type { Admission } from '../requests/admission.ts';
import { compressAnswers } from '../requests/compression.ts';
import { refusePrefetch } from '../requests/one-time-link.ts';
import type { Transport } from '../requests/transport.ts';
import { answerBatch, checkBatch } from './batches.ts';
import type { Documents } from './documents/documents.ts';
import { answerPlainly, isPlain, sendWhole } from './plain-requests.ts';
import { type SingleConnection, streamTokenOf } from './streams/single-connection.ts';
import { acceptsEvents, transportOf } from './transport-of.ts';
import type { Yoga } from './yoga.ts';

interface Parts {
  yoga: Yoga;
  documents: Documents;
  admission: Admission;
  singleConnection: SingleConnection;
}

/** `/graphql`. Bodies must be JSON: forms and plain text could be posted from any page. */
export function graphqlRoute({ yoga, documents, admission, singleConnection }: Parts) {
  async function execute(request: FastifyRequest, reply: FastifyReply, transport: Transport) {
    if (isPlain(request, documents)) return answerPlainly(yoga, request, reply, transport);
    const response = await yoga.handleNodeRequestAndResponse(request, reply, transport);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    return isStream || response.body === null ? response : sendWhole(response, reply);
  }

  async function share(request: FastifyRequest, reply: FastifyReply, token: string) {
    const transport = transportOf(request, admission);
    if (request.method === 'GET' && acceptsEvents(request)) {
      return singleConnection.open(reply, transport, token);
    }
    checkForm(request);
    if (Array.isArray(request.body)) throw noBatch();
    const operation = await singleConnection.begin(request, transport, token);
    try {
      return await execute(request, reply, { ...transport, operation });
    } finally {
      operation.release();
    }
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.removeContentTypeParser('text/plain');
    compressAnswers(app);
    app.route({
      url: yoga.graphqlEndpoint,
      method: ['GET', 'POST'],
      exposeHeadRoute: false,
      handler: (request, reply) => {
        // The page may contain a token.
        if (request.method === 'GET') reply.header('cache-control', 'no-store');
        const token = streamTokenOf(request);
        if (token !== null) return share(request, reply, token);
        checkForm(request);
        refusePrefetch(request);
        const transport = transportOf(request, admission);
        if (Array.isArray(request.body)) return answerBatch(yoga, request, reply, transport);
        return execute(request, reply, transport);
      },
    });
    app.put(yoga.graphqlEndpoint, (request, reply) =>
      singleConnection.reserve(reply, transportOf(request, admission)),
    );
    app.delete(yoga.graphqlEndpoint, (request, reply) =>
      singleConnection.stop(request, reply, transportOf(request, admission)),
    );
    app.route({
      url: yoga.graphqlEndpoint,
      method: ['HEAD', 'PATCH'],
      handler: async ({ method }, reply) => {
        reply.header('allow', 'GET, POST, PUT, DELETE');
        throw new DomainError('METHOD_NOT_ALLOWED', `${method} is not supported by GraphQL; use GET or POST`);
      },
    });
  };
}

function noBatch(): DomainError {
  return new DomainError(
    'VALIDATION_ERROR',
    'the body must be one object with `query`: a batch cannot use an event stream',
    {
      field: 'query',
    },
  );
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
