import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.ts';
import type { DialectTable } from '../definitions/dialect-table.ts';
import { inputError } from '../errors/from-graphql.ts';
import type { CountRequest } from '../handling/count-requests.ts';
import type { SchemaAccess, Visitor } from '../handling/schema-access.ts';
import { type Call, toDomainError } from './open-connection.ts';
import type { PreparedSocket } from './prepare.ts';

/** The destination of an upgrade: a dialect, and the documented path. */
export interface Destination {
  dialect: DialectTable;
  path: string;
}

/** A socket, and the parameters in its path. */
export interface Found {
  socket: PreparedSocket;
  params: Record<string, string>;
}

/** null: no socket of the dialect has the path. */
export function findSocket(
  prepared: readonly PreparedSocket[],
  { dialect, path }: Destination,
): Found | null {
  for (const socket of prepared) {
    const params = socket.dialect === dialect ? socket.match(path) : null;
    if (params) return { socket, params };
  }
  return null;
}

export interface Refused {
  error: DomainError;
  headers: Record<string, string>;
}

export interface Admitted {
  call: Call;
  /** Frees the slot among the account's sockets; call it when the socket is closed. */
  release(): void;
}

/** Decides whether a client may connect, and to which socket; counts as a request. Never rejects. */
export async function admit(
  { access, countRequest }: { access: SchemaAccess; countRequest: CountRequest },
  { dialect, path }: Destination,
  found: Found | null,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<Admitted | Refused> {
  let headers = {};
  try {
    const asked = { path, params: found?.params ?? {}, body: undefined };
    const counted = await countRequest(dialect, request, asked);
    headers = counted.headers;
    if (counted.refusal) throw counted.refusal;
    if (!found) throw new DomainError('NOT_FOUND', `there is no socket at ${path}`);
    const { socket, params } = found;
    const visitor = await knownVisitor(access, request, dialect);
    const { data, error } = socket.input.safeParse({ params, query: Object.fromEntries(query) });
    if (error) throw inputError(error);
    const release = access.holdSocket(visitor.isGuest ? access.address(request) : visitor.accountId!);
    if (!release) throw tooManySockets();
    return { call: { socket, access, request, visitor, given: data }, release };
  } catch (thrown) {
    return { error: toDomainError(access, thrown), headers };
  }
}

function tooManySockets(): DomainError {
  const message = 'too many sockets are open; close some, and try again in 1 s';
  return new DomainError('RATE_LIMITED', message, { retryAfter: 1 });
}

async function knownVisitor(
  access: SchemaAccess,
  request: IncomingMessage,
  { name }: DialectTable,
): Promise<Visitor> {
  const visitor = await access.visitor(request, name);
  if (visitor.accountId !== null) return visitor;
  const ways = '`?token=<token or API key>`, `Authorization: Bearer <token>` or `X-API-Key: <key>`';
  throw new DomainError('UNAUTHENTICATED', `log in first, and connect with ${ways}`);
}
