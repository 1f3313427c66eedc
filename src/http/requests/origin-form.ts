/**
 * The path and query of a request, as routes know them (RFC 9112, 3.2). Proxies' clients send the whole address, and
 * careless ones a fragment, which is nobody's but theirs.
 */
export function originForm(target = '/'): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  return path.startsWith('?') || path === '' ? `/${path}` : path;
}
