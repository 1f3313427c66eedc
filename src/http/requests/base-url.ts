import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { originForm } from './origin-form.ts';

/** The guests' base URL: `/k/SECRET` before any path admits clients that cannot log in, as guests. */
export interface BaseUrl {
  /** The request target without the prefix, as routes expect it, so that no log and no response contains the secret. */
  targetOf(request: IncomingMessage): string;
  /** Whether the request carried the secret and the secret is still valid. */
  isGuests(request: IncomingMessage): boolean;
  /** Calls back once the secret of a request is revoked. @returns a function that removes the callback. */
  atRevocation(request: IncomingMessage, callback: () => void): () => void;
}

const PREFIX = /^\/k\/([A-Za-z0-9_-]{43})(?=[/?]|$)/;
/** Polled, as file events do not work on every drive: one timer per process, while guests have sockets open. */
const WATCH_MS = 250;

/** @param read returns the current secret; null: there is none. */
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

/** `timingSafeEqual` needs buffers of equal length. */
function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
