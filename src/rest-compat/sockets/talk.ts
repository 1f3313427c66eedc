import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.ts';
import type { Frame, Opened } from '../definitions/frame.ts';
import { faultOf } from '../errors/from-graphql.ts';
import type { Execution, SchemaAccess, Visitor } from '../execution/schema-access.ts';
import type { Outlet } from './outlet.ts';
import type { PreparedSocket } from './prepare.ts';

/** An upgrade that was admitted. */
export interface Call {
  socket: PreparedSocket;
  access: SchemaAccess;
  request: IncomingMessage;
  visitor: Visitor;
  /** What the socket's `input` made of the upgrade. */
  given: unknown;
}

/** A call that is being carried. */
export interface Talk extends Call {
  opened: Opened;
  outlet: Outlet;
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

export function toFault(access: SchemaAccess, thrown: unknown): DomainError {
  return thrown instanceof DomainError ? thrown : faultOf(access.mask(thrown));
}

/** A fault, as the socket tells it. */
export function refusal(socket: PreparedSocket, fault: DomainError): Frame {
  return socket.refuse(fault, { at: new Date(), about: socket.about ?? null });
}

/** Of RFC 6455's registry. */
const FAILED = 1011;
const TRY_AGAIN_LATER = 1013;

/** What the status of an answer would be, where closes have room for codes of their own: 4401, 4404, 4429. */
export function closeCodeOf({ dialect }: PreparedSocket, fault: DomainError): number {
  const { status } = dialect.refuse(fault, { at: new Date(), about: null });
  if (status === 503) return TRY_AGAIN_LATER;
  return status >= 500 ? FAILED : 4000 + status;
}
