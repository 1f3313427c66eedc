import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GraphQLError } from 'graphql';
import type { Viewer } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import { createBacklog } from '../../overload/backlog.ts';
import type { ConcurrencyLimit } from '../../overload/concurrency.ts';
import type { AtCredentialEnd } from '../../requests/credential-end.ts';
import { credentialsEnded } from './end-streams.ts';
import { createSharedStream, type SharedStream } from './shared-stream.ts';

/** Distinguishes the tokens from run tokens, which may have the same place in a URL. */
const PREFIX = 'stream_';
/** How long a reservation waits for its stream. */
const UNOPENED_MS = 30_000;

/** Streams of the single connection mode of graphql-sse, which exist from their reservation until they close. */
export interface Reservations {
  /** @returns its token. @throws DomainError RATE_LIMITED when the account has too many */
  reserve(viewer: Viewer): string;
  /** @param accountId whose stream it must be; null: of anyone who has the token. @throws DomainError NOT_FOUND */
  find(token: string, accountId: string | null): SharedStream;
  /** Opens the stream that is found. @throws DomainError CONFLICT when it is open */
  open(token: string, accountId: string | null): Readable;
}

interface Reservation {
  accountId: string;
  stream: SharedStream;
  /** Ends a reservation that is not used. */
  expiry: NodeJS.Timeout;
}

export function isReservation(token: unknown): token is string {
  return typeof token === 'string' && token.startsWith(PREFIX);
}

export function createReservations(limit: ConcurrencyLimit, atCredentialEnd: AtCredentialEnd): Reservations {
  const reservations = new Map<string, Reservation>();
  const backlog = createBacklog((stream) => stream.destroy());

  function find(token: string, accountId: string | null): Reservation {
    const found = reservations.get(token);
    if (found && (accountId === null || found.accountId === accountId)) return found;
    const message = 'no stream is reserved with this token, or it has closed; reserve one with PUT';
    throw new DomainError('NOT_FOUND', message, { field: 'token' });
  }

  return {
    reserve(viewer) {
      const release = limit.acquire(viewer.userId);
      if (!release) {
        const message = 'the account has too many event streams; close some, or try again in 30 s';
        throw new DomainError('RATE_LIMITED', message, { retryAfter: UNOPENED_MS / 1000 });
      }
      const token = `${PREFIX}${randomBytes(24).toString('base64url')}`;
      const stream = createSharedStream(backlog, () => {
        stopWatching();
        clearTimeout(expiry);
        reservations.delete(token);
        release();
      });
      const stopWatching = atCredentialEnd(viewer, (reason) => stream.end(credentialsEnded(reason)));
      const expiry = setTimeout(
        () => stream.end(new GraphQLError('the stream was not opened')),
        UNOPENED_MS,
      ).unref();
      reservations.set(token, { accountId: viewer.userId, stream, expiry });
      return token;
    },
    find: (token, accountId) => find(token, accountId).stream,
    open(token, accountId) {
      const { stream, expiry } = find(token, accountId);
      const events = stream.open();
      clearTimeout(expiry);
      return events;
    },
  };
}
