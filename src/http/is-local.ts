import type { IncomingMessage } from 'node:http';
import { isLoopback, nameOf } from './admission.ts';

/** Proxies on this machine ask for `localhost`, too, on behalf of anybody; but they say so. */
const TRACES_OF_PROXIES = /^(x-forwarded-|forwarded$|x-real-ip$|via$)/;

/**
 * Whether somebody on this machine asks, and for this machine by name: a page in a browser here may have its own lead
 * to it.
 */
export function isLocal({ headers, httpVersion, socket }: IncomingMessage): boolean {
  // nginx, unless it is told otherwise, says nothing, but speaks HTTP/1.0.
  if (httpVersion === '1.0') return false;
  if (Object.keys(headers).some((name) => TRACES_OF_PROXIES.test(name))) return false;
  return isLoopback(socket.remoteAddress ?? '') && isLoopback(nameOf(headers.host ?? ''));
}
