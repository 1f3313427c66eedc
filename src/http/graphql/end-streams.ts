import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import type { AtCredentialEnd } from '../requests/credential-end.ts';
import type { Transport } from '../requests/transport.ts';

/** Ends server-sent events when the credentials of the request end. Sockets are closed by `sockets.ts`. */
export function endStreams(atCredentialEnd: AtCredentialEnd): Plugin<Context, Partial<Transport>> {
  return {
    onSubscribe: ({ args: { contextValue } }) => ({
      onSubscribeResult({ result }) {
        const { viewer, http } = contextValue as Context & Partial<Transport>;
        if (!http || !isAsyncIterable(result)) return;
        const iterator = result as AsyncGenerator;
        // Not at the next event, which may never come.
        const stop = atCredentialEnd(viewer, () => void iterator.return(undefined));
        return { onEnd: stop };
      },
    }),
  };
}
