import { createPolyphony, type Polyphony, type PolyphonyOptions } from '../../packages/client/src/index.ts';

export const TRANSPORTS = ['websocket', 'sse'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** The client package on a server, as an account. */
export function polyphonyOf(
  { url }: { url: string },
  { token }: { token: string | null },
  transport: TransportName = 'websocket',
  options: Partial<PolyphonyOptions> = {},
): Polyphony {
  return createPolyphony({ url: `${url}/graphql`, token: token ?? '', transport, ...options });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
