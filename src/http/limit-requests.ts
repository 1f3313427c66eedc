import type { Plugin } from 'graphql-yoga';
import type { OperationLimits } from '../context.ts';
import type { Carrier } from './graphql.ts';

/**
 * Counts every operation that comes over HTTP before its document is read: what is refused as invalid costs as much.
 * Operations on sockets are counted there.
 */
export function limitRequests(limits: OperationLimits): Plugin<object, Carrier> {
  return {
    async onParams({ context: { asker, address } }) {
      // Bad credentials are reported later, with the error that belongs to them.
      const known = await asker().catch(() => ({ viewer: null, address }));
      await limits.countRequest(known);
    },
  };
}
