import { connectionLost, errorOf, PolyphonyError, type SentError } from '../error.ts';
import type { Operation, Payload } from './transport.ts';

/** One operation over HTTP. @throws PolyphonyError; the signal's reason when it aborts */
export async function post(
  url: string,
  operation: Operation,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Payload> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(operation),
      signal: signal ?? null,
    });
    return await readAnswer(response);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof PolyphonyError ? error : connectionLost(error);
  }
}

/** @throws PolyphonyError when it is not an answer of GraphQL, as a proxy's page is not */
async function readAnswer(response: Response): Promise<Payload> {
  const answer: unknown = await response.json().catch((cause: unknown) => {
    throw connectionLost(cause, `HTTP ${response.status} without an answer`);
  });
  if (typeof answer === 'object' && answer && ('data' in answer || 'errors' in answer))
    return answer as Payload;
  throw connectionLost(answer, `HTTP ${response.status} without an answer`);
}

/** The error of a response that is not a stream. */
export async function errorOfResponse(response: Response): Promise<PolyphonyError> {
  try {
    const { errors } = await readAnswer(response);
    return errorOf((errors ?? []) as SentError[]);
  } catch (error) {
    return error instanceof PolyphonyError ? error : connectionLost(error);
  }
}
