import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.ts';

/** The account behind the links that `npm start` and `npm run link` print. */
export interface LocalAdmin {
  id: string;
  /** Consumes a link's secret. @returns false when it was used before, has expired or is unknown. */
  takeLink(secret: string): Promise<boolean>;
}

/** The secret of the link that opened the page; null: there is none, or the request is a script's, not a navigation. */
export function linkOf({ query, headers }: FastifyRequest): string | null {
  const { link } = query as { link?: unknown };
  const isOpened = headers.origin === undefined && (headers['sec-fetch-mode'] ?? 'navigate') === 'navigate';
  return typeof link === 'string' && link !== '' && isOpened ? link : null;
}

/**
 * Refuses to prefetch a link: the browser may never show the page, and the link works only once. It is requested again
 * when the user opens it. @throws DomainError UNAVAILABLE: a 503 makes browsers discard the prefetch.
 */
export function refusePrefetch({ query, headers }: FastifyRequest): void {
  if (!Object.hasOwn(query as object, 'link')) return;
  const purpose = `${headers['sec-purpose'] ?? ''} ${headers.purpose ?? ''} ${headers['x-moz'] ?? ''}`;
  if (!/\bprefetch\b/i.test(purpose)) return;
  throw new DomainError(
    'UNAVAILABLE',
    'this link works only once and cannot be prefetched; open it in the browser',
  );
}
