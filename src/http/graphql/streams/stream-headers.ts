import type { Plugin } from 'graphql-yoga';
import { PASSED_ON_HEADERS } from './event-stream.ts';

/** For the event streams that Yoga itself writes. Its `Content-Encoding: none` is not a valid coding. */
export const streamHeaders: Plugin = {
  onResponse({ response: { headers } }) {
    if (!headers.get('content-type')?.startsWith('text/event-stream')) return;
    for (const [name, value] of Object.entries(PASSED_ON_HEADERS)) headers.set(name, value);
    headers.delete('content-encoding');
  },
};
