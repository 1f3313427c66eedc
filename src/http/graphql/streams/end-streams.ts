import { type ExecutionResult, GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Context } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import type { AtCredentialEnd } from '../../requests/credential-end.ts';
import type { Transport } from '../../requests/transport.ts';

/**
 * Ends server-sent events when the credentials of the request end, with an error: a client must not take it for the end
 * of the run. Sockets are closed by `sockets.ts`.
 */
export function endStreams(atCredentialEnd: AtCredentialEnd): Plugin<Context, Partial<Transport>> {
  return {
    onSubscribe: ({ args: { contextValue } }) => ({
      onSubscribeResult({ result, setResult }) {
        const { viewer, http } = contextValue as Context & Partial<Transport>;
        if (!http || !isAsyncIterable(result)) return;
        const results = endable(result as AsyncGenerator<ExecutionResult>);
        setResult(results as never);
        // Not at the next event, which may never come.
        return { onEnd: atCredentialEnd(viewer, results.end) };
      },
    }),
  };
}

/** @returns the same results, and `end`, which ends them at once with an error */
function endable(source: AsyncGenerator<ExecutionResult>) {
  let last: ExecutionResult | null = null;
  const results = {
    async next(): Promise<IteratorResult<ExecutionResult>> {
      const result = await source.next();
      if (!result.done || last === null) return result;
      const value = last;
      last = null;
      return { done: false, value };
    },
    return: () => source.return(undefined),
    [Symbol.asyncIterator]: () => results,
    end(reason: string): void {
      last = { errors: [credentialsEnded(reason)] };
      void source.return(undefined);
    },
  };
  return results;
}

/** The last result of a stream whose credentials ended. */
export function credentialsEnded(reason: string): GraphQLError {
  const originalError = new DomainError('UNAUTHENTICATED', `${reason}; log in again`);
  return new GraphQLError(originalError.message, { originalError, extensions: { code: originalError.code } });
}
