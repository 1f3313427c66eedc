import type { FastifyRequest } from 'fastify';
import type { Resumption } from '../../context.ts';
import type { Asker } from './context.ts';

/** What HTTP knows about a request. */
export interface Transport {
  /** @throws DomainError when the request is rejected */
  asker(): Promise<Asker>;
  /** Treats the request as if it had no credentials. @throws DomainError when it is rejected without them */
  anonymous(): Promise<Asker>;
  /** The client's address, as counted by limits. */
  address: string;
  http: FastifyRequest;
  /** Present when the request continues a stream of events. */
  resumption?: Resumption;
  /** Takes the results, which go to a stream that another request opened. */
  operation?: { carry(results: unknown): void };
  /** The operation is one of several in the request. */
  isBatch?: boolean;
}
