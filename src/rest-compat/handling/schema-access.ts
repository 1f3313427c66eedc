import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { DomainError } from '../../errors.ts';
import type { Dialect } from '../../vocabulary.ts';
import type { Access, CountedAsker, Limit, Standing } from '../definitions/terms.ts';
import type { Lifetimes } from './lifetime.ts';

export interface Execution {
  document: DocumentNode;
  variables: Record<string, unknown>;
  /** The request, from which credentials and address are read. */
  request: IncomingMessage;
  access: Access;
  /** The API through which rows are created. */
  origin: Dialect;
  /** Executions with the same object share one allowance; without one, each has its own. */
  partOf?: object;
}

export interface ExecutionAnswer {
  data?: Record<string, unknown> | null | undefined;
  /** Masked, each with a code of ours. Invalid credentials are one of them. */
  errors?: readonly GraphQLError[] | undefined;
}

/** The client of a request. */
export interface Visitor {
  /** null: anonymous. */
  accountId: string | null;
  /** It is the account of all clients without credentials. */
  isGuest: boolean;
  /** Hexadecimal SHA-256 of the API key that was sent or that created the token; null: none. */
  keyHash: string | null;
  /** When the credentials expire; null: never. */
  expiresAt: Date | null;
  /** @param fields such as `Mutation.createTask`. @returns FORBIDDEN; null: the credentials have the scopes for them. */
  refuse(fields: readonly string[]): DomainError | null;
  /** Calls back once the credentials have expired or were revoked. @returns a function that stops it. */
  atEnd(callback: (reason: string) => void): () => void;
}

/** All that rest-compat can access: a dialect does everything by GraphQL documents. */
export interface SchemaAccess {
  /** Announced dates, for dialects that have any. */
  lifetimes: Lifetimes;
  /** For validating documents at start-up. */
  schema: GraphQLSchema;
  /** Never rejects. */
  execute(execution: Execution): Promise<ExecutionAnswer>;
  /** Never throws: an error is its only response. Ends at once when `signal` is aborted. */
  subscribe(execution: Execution, signal: AbortSignal): AsyncIterable<ExecutionAnswer>;
  /**
   * Sends its content as a download, with the credentials of the request. @param id global id. @throws
   * DomainError
   */
  sendArtifact(id: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /**
   * Determines the client of a dialect's request. @throws DomainError UNAUTHENTICATED, FORBIDDEN when
   * anonymous requests are not permitted either
   */
  visitor(request: IncomingMessage, origin: Dialect): Promise<Visitor>;
  /** The dialect whose guests' base URL the request used; null: it used none. */
  guestDialect(request: IncomingMessage): Dialect | null;
  /** The client address for limits, if there is no account. */
  address(request: IncomingMessage): string;
  /**
   * Counts a request together with others of the same limit and key. Never rejects when the store of counts
   * is unavailable.
   */
  count(limit: Limit & { name: string }, of: string): Promise<Standing>;
  /**
   * Counts an operation together with the client's GraphQL operations. @returns RATE_LIMITED; null: it is
   * allowed
   */
  countOperation(asker: CountedAsker): Promise<DomainError | null>;
  /** Counts a request for the reports of who still uses a dialect. @param visitor null: invalid credentials */
  countUse(dialect: Dialect, visitor: Visitor | null, request: IncomingMessage): void;
  /**
   * Counts a socket against the open sockets of its account, or of a guest's address.
   * @returns a function that releases the slot; null: too many are open.
   */
  holdSocket(of: string): (() => void) | null;
  /** Converts an error thrown here for clients; unexpected errors are logged under an id. */
  mask(thrown: unknown): GraphQLError;
}
