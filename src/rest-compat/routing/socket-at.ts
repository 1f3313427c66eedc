import type { IncomingMessage } from 'node:http';
import { DIALECTS, type Dialect } from '../../vocabulary.ts';
import { bearerOf, issuerOf } from './read-clues.ts';

/** The destination of an upgrade: a dialect, and the documented path. */
export interface SocketPlace {
  dialect: Dialect;
  path: string;
}

/**
 * The dialect whose socket a request without a mount is for; null: none. Pages cannot send headers with
 * an upgrade: they name the dialect in the query or as a sub-protocol. @param fallback `COMPAT_DEFAULT`
 */
export function socketAt(
  { url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  fallback: Dialect,
): SocketPlace | null {
  const [path = '', search = ''] = url.split('?', 2);
  if (!/^\/ws(\/|$)/.test(path)) return null;
  const query = new URLSearchParams(search);
  const names = [
    headers['x-api-dialect'],
    query.get('dialect'),
    ...(headers['sec-websocket-protocol']?.split(',') ?? []).map((name) => name.trim()),
  ];
  const named = names.map(dialectNamed).find((dialect) => dialect !== undefined);
  if (named) return { dialect: named, path };
  const candidates = withPath(path);
  const issuer = issuerOf(query.get('token') ?? bearerOf(headers.authorization));
  const dialect = [dialectNamed(issuer), fallback].find((each) => each && candidates.includes(each));
  return { dialect: dialect ?? candidates[0]!, path };
}

function dialectNamed(name: unknown): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect === name);
}

function withPath(path: string): Dialect[] {
  if (path.startsWith('/ws/tasks/')) return ['mini-devin'];
  return path.startsWith('/ws/') ? ['orchestratex'] : ['themachine', 'amas'];
}
