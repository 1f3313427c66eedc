import type { Plugin } from 'graphql-yoga';
import type { OperationLimits } from '../../context.ts';
import type { Transport } from '../requests/transport.ts';

/**
 * Rate-limits GraphQL operations over HTTP. They are counted before the document is parsed, because rejecting an
 * invalid document costs as much as executing a small one. `sockets.ts` counts operations on WebSockets.
 */
export function limitOperations(limits: OperationLimits): Plugin<object, Transport> {
  return {
    onParams: ({ context }) => countOperation(limits, context),
  };
}

/** @throws DomainError RATE_LIMITED */
export async function countOperation(
  limits: OperationLimits,
  { asker, address }: Pick<Transport, 'asker' | 'address'>,
): Promise<void> {
  // Invalid credentials are reported later, with their own error.
  const viewer = await asker().then(
    (known) => known.viewer,
    () => null,
  );
  await limits.countRequest({ accountId: viewer?.userId ?? null, address });
}
