import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { Dialect } from '../vocabulary.ts';
import type { Access } from './dialect.ts';

export interface Execution {
  document: DocumentNode;
  variables: Record<string, unknown>;
  /** Whose it is: the credentials and the address are read from it. */
  request: IncomingMessage;
  access: Access;
  /** The surface through which rows are made. */
  origin: Dialect;
}

export interface ExecutionAnswer {
  data?: Record<string, unknown> | null | undefined;
  /** Masked, each with a code of ours. Credentials that are no good are one of them. */
  errors?: readonly GraphQLError[] | undefined;
}

/** All that this room is given of the house: whatever a dialect does, it does by a document. */
export interface SchemaAccess {
  /** For checking documents at boot. */
  schema: GraphQLSchema;
  /** Never rejects. */
  execute(execution: Execution): Promise<ExecutionAnswer>;
  /** Never throws: what is refused is its one answer. Ends at once when `signal` is aborted. */
  subscribe(execution: Execution, signal: AbortSignal): AsyncIterable<ExecutionAnswer>;
  /** Its content as a download, with the credentials of the request. @param id as GraphQL prints it. @throws DomainError */
  sendArtifact(id: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /** What a client is told of something thrown here; what was not expected is logged under an id. */
  mask(thrown: unknown): GraphQLError;
}
