/**
 * The path and query of a request, as routes expect them (RFC 9112, 3.2). Clients of proxies send the whole
 * URL, and some clients a fragment, which is dropped.
 */
export function originForm(target = '/'): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  return path.startsWith('?') || path === '' ? `/${path}` : path;
}
