import type { Plugin } from 'graphql-yoga';

/**
 * Makes proxies pass on streams as they arrive: nginx and others hold back what they may buffer
 * (`X-Accel-Buffering`), and some what they may compress (`no-transform`, RFC 9111 5.2.2.6). Yoga's
 * `Content-Encoding: none` is not a valid coding.
 */
export const streamHeaders: Plugin = {
  onResponse({ response: { headers } }) {
    if (!headers.get('content-type')?.startsWith('text/event-stream')) return;
    headers.set('cache-control', 'no-cache, no-transform');
    headers.set('x-accel-buffering', 'no');
    headers.delete('content-encoding');
  },
};
