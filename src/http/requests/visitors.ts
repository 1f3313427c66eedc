import type { IncomingMessage } from 'node:http';
import type { Services, Viewer } from '../../context.ts';
import { guest } from '../../resolvers/accounts/logins/authenticate.ts';
import type { Visitor } from '../../rest-compat/handling/schema-access.ts';
import { refusalOf } from '../../schema/guards/scopes.ts';
import type { Dialect } from '../../vocabulary.ts';
import type { Admission } from './admission.ts';
import type { BaseUrl } from './base-url.ts';
import { headerCredentials } from './context.ts';
import type { AtCredentialEnd } from './credential-end.ts';

/** The senders of requests to the dialects. */
export interface Visitors {
  /** Determines the sender before a request is answered. */
  find(request: IncomingMessage, origin: Dialect): Promise<Visitor>;
  /**
   * Returns the sender for the response: the first response after `find` reuses its result; later ones on a
   * socket look it up again.
   */
  take(request: IncomingMessage, origin: Dialect): Promise<Viewer | null>;
  /** The dialect whose guests' base URL the request used; null: it used none. */
  guestDialect(request: IncomingMessage): Dialect | null;
}

/** The dialect whose clients cannot log in. */
const GUESTS_DIALECT: Dialect = 'orchestratex';

interface VisitorAccess {
  admission: Admission;
  baseUrl: BaseUrl;
  atCredentialEnd: AtCredentialEnd;
}

/** @param access its base URL admits guests; with COMPAT_ANONYMOUS, every client without credentials is a guest. */
export function createVisitors(
  services: Services,
  { admission, baseUrl, atCredentialEnd }: VisitorAccess,
): Visitors {
  const needNoSecret = services.config.compatAnonymous === GUESTS_DIALECT;
  const found = new WeakMap<IncomingMessage, Promise<Viewer | null>>();

  async function admit(request: IncomingMessage, origin: Dialect): Promise<Viewer | null> {
    const isForGuests = origin === GUESTS_DIALECT && isAnonymous(request);
    // The secret is a credential: a page of another origin that has it is allowed.
    if (isForGuests && baseUrl.isGuests(request)) return guest(services);
    const viewer = await admission.viewer(request, headerCredentials(request.headers));
    return isForGuests && needNoSecret ? guest(services) : viewer;
  }

  const look = (request: IncomingMessage, origin: Dialect) => found.get(request) ?? admit(request, origin);
  return {
    async find(request, origin) {
      const looking = look(request, origin);
      found.set(request, looking);
      const viewer = await looking;
      return {
        accountId: viewer?.userId ?? null,
        isGuest: viewer !== null && isAnonymous(request),
        keyHash: viewer?.credential?.keyHash ?? null,
        expiresAt: viewer?.expiresAt ?? null,
        refuse: (fields) => refusalOf(viewer, fields),
        atEnd(callback) {
          const stops = [atCredentialEnd(viewer, callback)];
          if (!needNoSecret && isAnonymous(request)) {
            stops.push(baseUrl.atRevocation(request, () => callback('credentials revoked')));
          }
          return () => {
            for (const stop of stops) stop();
          };
        },
      };
    },
    guestDialect: (request) => (baseUrl.isGuests(request) ? GUESTS_DIALECT : null),
    take(request, origin) {
      const viewer = look(request, origin);
      found.delete(request);
      return viewer;
    },
  };
}

function isAnonymous({ headers }: IncomingMessage): boolean {
  const { authorization, apiKey } = headerCredentials(headers);
  return authorization === null && apiKey === null;
}
