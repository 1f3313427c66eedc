import type { IncomingMessage } from 'node:http';
import type { Viewer } from '../context.ts';
import type { Visitor } from '../rest-compat/schema-access.ts';
import type { Admission } from './admission.ts';
import { headerCredentials } from './context.ts';
import { atExpiry } from './expiry.ts';

/** Who sends requests of the dialects. */
export interface Visitors {
  /** For what is to be known before a request is answered. */
  find(request: IncomingMessage): Promise<Visitor>;
  /** For its answer: whoever was just found is not looked for again, but for all further answers on a socket. */
  take(request: IncomingMessage): Promise<Viewer | null>;
}

export function createVisitors(admission: Admission): Visitors {
  const found = new WeakMap<IncomingMessage, Promise<Viewer | null>>();
  const look = (request: IncomingMessage) =>
    found.get(request) ?? admission.viewer(request, headerCredentials(request.headers));
  return {
    async find(request) {
      const looking = look(request);
      found.set(request, looking);
      const viewer = await looking;
      return {
        accountId: viewer?.userId ?? null,
        expiresAt: viewer?.expiresAt ?? null,
        atExpiry: (callback) => atExpiry(viewer, callback),
      };
    },
    take(request) {
      const viewer = look(request);
      found.delete(request);
      return viewer;
    },
  };
}
