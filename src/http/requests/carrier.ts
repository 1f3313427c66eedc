import type { FastifyRequest } from 'fastify';
import type { Asker } from './context.ts';

/** What the carrier of a request (HTTP or a socket) knows about it. */
export interface Carrier {
  /** @throws DomainError when the request is refused */
  asker(): Promise<Asker>;
  /** As if the request had no credentials. @throws DomainError when it is refused without them */
  anonymous(): Promise<Asker>;
  /** The client's address, as limits count it. */
  address: string;
  /** Present when the request came over HTTP. */
  http?: FastifyRequest;
}
