import type { FastifyRequest } from 'fastify';
import type { Asker } from './context.ts';

/** What the transport of a request (HTTP or a socket) knows about it. */
export interface Transport {
  /** @throws DomainError when the request is rejected */
  asker(): Promise<Asker>;
  /** Treats the request as if it had no credentials. @throws DomainError when it is rejected without them */
  anonymous(): Promise<Asker>;
  /** The client's address, as counted by limits. */
  address: string;
  /** Present when the request came over HTTP. */
  http?: FastifyRequest;
}
