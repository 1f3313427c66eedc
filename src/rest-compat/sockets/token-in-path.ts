import type { IncomingMessage } from 'node:http';

/**
 * A browser can give a socket no headers, so its credentials stand in the path. They are moved to where credentials are
 * looked for, and out of what may come into a log.
 */
export function takeTokenFromPath(request: IncomingMessage): URLSearchParams {
  const [path, search = ''] = (request.url ?? '').split('?', 2);
  const query = new URLSearchParams(search);
  const token = query.get('token');
  query.delete('token');
  request.url = query.size > 0 ? `${path}?${query}` : path;
  if (token !== null) {
    delete request.headers.authorization;
    delete request.headers['x-api-key'];
    if (token.startsWith('md_')) request.headers['x-api-key'] = token;
    else request.headers.authorization = `Bearer ${token}`;
  }
  return query;
}
