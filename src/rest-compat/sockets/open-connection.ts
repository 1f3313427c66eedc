import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.ts';
import type { Frame, Opened } from '../definitions/frame.ts';
import { domainErrorOf } from '../errors/from-graphql.ts';
import type { Execution, SchemaAccess, Visitor } from '../handling/schema-access.ts';
import type { OutgoingFrames } from './outgoing-frames.ts';
import type { PreparedSocket } from './prepare.ts';

/** An admitted upgrade. */
export interface Call {
  socket: PreparedSocket;
  access: SchemaAccess;
  request: IncomingMessage;
  visitor: Visitor;
  /** The result of the socket's `input` for the upgrade. */
  given: unknown;
}

/** A connection in progress. */
export interface OpenConnection extends Call {
  opened: Opened;
  outgoing: OutgoingFrames;
  /** Aborted when the connection ends, or is to end. */
  signal: AbortSignal;
}

export function executionOf(
  { request, socket }: Call,
  document: Execution['document'],
  variables: Execution['variables'],
): Execution {
  return { document, variables, request, access: 'account', origin: socket.dialect.name };
}

export function toDomainError(access: SchemaAccess, thrown: unknown): DomainError {
  return thrown instanceof DomainError ? thrown : domainErrorOf(access.mask(thrown));
}

/** An error as a frame of the socket. */
export function refusal(socket: PreparedSocket, error: DomainError): Frame {
  return socket.refuse(error, { at: new Date(), about: socket.about ?? null });
}

/** Of RFC 6455's registry. */
const FAILED = 1011;
const TRY_AGAIN_LATER = 1013;

/** Corresponds to the HTTP status where close codes exist for it: 4401, 4404, 4429. */
export function closeCodeOf({ dialect }: PreparedSocket, error: DomainError): number {
  const { status } = dialect.refuse(error, { at: new Date(), about: null });
  if (status === 503) return TRY_AGAIN_LATER;
  return status >= 500 ? FAILED : 4000 + status;
}
