import { expect, test } from 'vitest';
import { costsNothing } from '../../../src/engine/model-calls/costs-nothing.ts';
import { ProviderError } from '../../../src/providers/provider.ts';

const thrown = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });
const failed = (cause: unknown) =>
  new ProviderError('PROVIDER_UNAVAILABLE', 'could not be reached', { cause });

test.each([
  { given: 'no such host', cause: thrown('ENOTFOUND', { syscall: 'getaddrinfo' }), expected: true },
  { given: 'no server', cause: thrown('ECONNREFUSED', { syscall: 'connect' }), expected: true },
  { given: 'a proxy that resets', cause: thrown('ECONNRESET', { syscall: 'connect' }), expected: true },
  { given: 'a host that is down', cause: thrown('ETIMEDOUT', { syscall: 'connect' }), expected: true },
  { given: 'no connection in time', cause: thrown('UND_ERR_CONNECT_TIMEOUT'), expected: true },
  {
    given: 'none at any of its addresses',
    cause: new AggregateError([
      thrown('ETIMEDOUT', { syscall: 'connect' }),
      thrown('ENETUNREACH', { syscall: 'connect' }),
    ]),
    expected: true,
  },
  { given: 'a connection that breaks', cause: thrown('ECONNRESET', { syscall: 'read' }), expected: false },
  { given: 'a socket that closes', cause: thrown('UND_ERR_SOCKET'), expected: false },
  { given: 'no answer in time', cause: thrown('UND_ERR_HEADERS_TIMEOUT'), expected: false },
])('a call that failed by $given costs nothing: $expected', ({ cause, expected }) => {
  expect(costsNothing(failed(cause))).toBe(expected);
  expect(costsNothing(failed(new Error('around it', { cause })))).toBe(expected);
});
