import type { Plugin } from 'graphql-yoga';
import type { Transport } from '../../requests/transport.ts';
import { type Documents, ID_PARAMETERS } from './documents.ts';

/** Replaces ids and hashes of documents by their texts. `sockets.ts` does so for WebSockets. */
export function findDocuments(documents: Documents): Plugin<object, Transport> {
  return {
    async onParams({ params, setParams, context: { asker, http } }) {
      // Yoga reads none of the ids from a URL.
      const request = http.method === 'GET' ? { ...(http.query as object), ...params } : params;
      const query = await documents.find(request, async () => (await asker()).viewer);
      if (query !== null) setParams(withoutIds({ ...params, query }));
    },
  };
}

/** Yoga refuses parameters that it does not know. */
function withoutIds<Params extends object>(params: Params): Params {
  const names: readonly string[] = ID_PARAMETERS;
  return Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name))) as Params;
}
