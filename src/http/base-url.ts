import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { originForm } from './origin-form.ts';

/** The base URL of clients that know no login, `/k/SECRET` before any path: it makes them guests. */
export interface BaseUrl {
  /** The target of a request as routes know it. The secret is taken out, so that no log and no answer has it. */
  targetOf(request: IncomingMessage): string;
  /** Whether the request came with the secret, and that is still good. */
  isGuests(request: IncomingMessage): boolean;
  /** Calls back once the secret of a request is revoked. @returns a function that forgets it */
  atRevocation(request: IncomingMessage, callback: () => void): () => void;
}

const PREFIX = /^\/k\/([A-Za-z0-9_-]{43})(?=[/?]|$)/;
/** A file has no event that works on every drive; one timer a process, while guests have sockets open. */
const WATCH_MS = 250;

/** @param read the secret as it is at this moment; null: there is none. */
export function createBaseUrl(read: () => string | null): BaseUrl {
  const secrets = new WeakMap<IncomingMessage, Buffer>();
  const watched = new Map<() => void, Buffer>();
  let timer: NodeJS.Timeout | undefined;

  const isGood = (given: Buffer) => {
    const secret = read();
    return secret !== null && timingSafeEqual(given, hash(secret));
  };

  function look(): void {
    for (const [callback, given] of watched) {
      if (isGood(given)) continue;
      watched.delete(callback);
      callback();
    }
    if (watched.size === 0) clearInterval(timer);
  }

  return {
    targetOf(request) {
      const target = originForm(request.url);
      const [prefix, secret] = PREFIX.exec(target) ?? [];
      if (prefix === undefined || !isGood(hash(secret!))) return target;
      secrets.set(request, hash(secret!));
      return originForm(target.slice(prefix.length));
    },
    isGuests(request) {
      const given = secrets.get(request);
      return given !== undefined && isGood(given);
    },
    atRevocation(request, callback) {
      const given = secrets.get(request);
      if (!given) return () => {};
      if (watched.size === 0) timer = setInterval(look, WATCH_MS).unref();
      watched.set(callback, given);
      return () => {
        watched.delete(callback);
        if (watched.size === 0) clearInterval(timer);
      };
    },
  };
}

/** Of one length, whatever is compared. */
function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
