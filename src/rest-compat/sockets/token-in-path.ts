import type { IncomingMessage } from 'node:http';

/**
 * Browsers cannot send headers with a socket, so its credentials are in the path. They are moved to where
 * credentials are read, and removed from the URL that may be logged.
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
