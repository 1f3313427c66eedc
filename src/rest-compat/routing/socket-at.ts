import type { IncomingMessage } from 'node:http';
import { DIALECTS, type Dialect } from '../../vocabulary.ts';

/** The destination of an upgrade: a dialect, and the documented path. */
export interface SocketPlace {
  dialect: Dialect;
  path: string;
}

/**
 * The dialect whose socket a request without a mount is for; null: none. `/ws` belongs to two; browsers
 * cannot send headers with it, and AMAS documents the token in the path.
 */
export function socketAt({
  url = '',
  headers,
}: Pick<IncomingMessage, 'url' | 'headers'>): SocketPlace | null {
  const [path = '', search = ''] = url.split('?', 2);
  if (!/^\/ws(\/|$)/.test(path)) return null;
  const query = new URLSearchParams(search);
  const name = headers['x-api-dialect'] ?? query.get('dialect');
  const named = DIALECTS.find((dialect) => dialect === name);
  return { dialect: named ?? byPath(path, query.has('token')), path };
}

function byPath(path: string, hasToken: boolean): Dialect {
  if (path.startsWith('/ws/tasks/')) return 'mini-devin';
  if (path.startsWith('/ws/')) return 'orchestratex';
  return hasToken ? 'amas' : 'themachine';
}
