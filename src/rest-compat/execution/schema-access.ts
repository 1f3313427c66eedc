import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { DomainError } from '../../errors.ts';
import type { Dialect } from '../../vocabulary.ts';
import type { Access, CountedAsker, Limit, Standing } from '../definitions/terms.ts';

export interface Execution {
  document: DocumentNode;
  variables: Record<string, unknown>;
  /** Whose it is: the credentials and the address are read from it. */
  request: IncomingMessage;
  access: Access;
  /** The surface through which rows are made. */
  origin: Dialect;
  /** Executions that name the same object have one allowance together; without one, each has its own. */
  partOf?: object;
}

export interface ExecutionAnswer {
  data?: Record<string, unknown> | null | undefined;
  /** Masked, each with a code of ours. Credentials that are no good are one of them. */
  errors?: readonly GraphQLError[] | undefined;
}

/** Who asks. */
export interface Visitor {
  /** null: nobody in particular. */
  accountId: string | null;
  /** It is the account of all who bring no credentials. */
  isGuest: boolean;
  /** When the credentials stop being good; null: never. */
  expiresAt: Date | null;
  /** @param fields such as `Mutation.createTask`. @returns FORBIDDEN; null: the credentials have the scopes for them. */
  refuse(fields: readonly string[]): DomainError | null;
  /** Calls back once the credentials have expired or were revoked. @returns a function that stops it. */
  atEnd(callback: (reason: string) => void): () => void;
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
  /** Who sends a request of a dialect. @throws DomainError UNAUTHENTICATED, FORBIDDEN: not even nobody may ask so. */
  visitor(request: IncomingMessage, origin: Dialect): Promise<Visitor>;
  /** The dialect whose guests' base URL the request used; null: it used none. */
  guestDialect(request: IncomingMessage): Dialect | null;
  /** Whom limits count when nobody is known. */
  address(request: IncomingMessage): string;
  /** Counts a request together with others of the same limit and key. Never rejects because a store of counts is away. */
  count(limit: Limit & { name: string }, of: string): Promise<Standing>;
  /** Counts an operation, with those that the asker sends to GraphQL. @returns RATE_LIMITED; null: it is allowed. */
  countOperation(asker: CountedAsker): Promise<DomainError | null>;
  /**
   * Counts a socket against the open sockets of its account, or of a guest's address.
   * @returns a function that releases the slot; null: too many are open.
   */
  holdSocket(of: string): (() => void) | null;
  /** What a client is told of something thrown here; what was not expected is logged under an id. */
  mask(thrown: unknown): GraphQLError;
}
