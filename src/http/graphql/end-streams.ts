import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import type { Carrier } from '../requests/carrier.ts';
import type { AtCredentialEnd } from '../requests/credential-end.ts';

/** Ends server-sent events when the credentials of the request end. Sockets are closed by `sockets.ts`. */
export function endStreams(atCredentialEnd: AtCredentialEnd): Plugin<Context, Partial<Carrier>> {
  return {
    onSubscribe: ({ args: { contextValue } }) => ({
      onSubscribeResult({ result }) {
        const { viewer, http } = contextValue as Context & Partial<Carrier>;
        if (!http || !isAsyncIterable(result)) return;
        const iterator = result as AsyncGenerator;
        // Not at the next event, which may never come.
        const stop = atCredentialEnd(viewer, () => void iterator.return(undefined));
        return { onEnd: stop };
      },
    }),
  };
}
