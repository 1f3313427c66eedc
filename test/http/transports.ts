import { type Answer, createClient, openSockets } from '../harness/client.ts';

export type Transport = 'HTTP' | 'SSE' | 'graphql-ws';
export const TRANSPORTS: Transport[] = ['HTTP', 'SSE', 'graphql-ws'];

/**
 * The first answer to an operation, whichever way it travels and wherever the transport puts its errors.
 * @param credentials and `x-forwarded-for`, which over graphql-ws is a header of the upgrade.
 */
export async function ask(
  transport: Transport,
  url: string,
  credentials: Record<string, string>,
  document: string,
  variables: Record<string, unknown> = {},
): Promise<Answer> {
  const client = createClient(url, credentials);
  if (transport === 'HTTP') return client.query(document, variables);
  if (transport === 'SSE') return first(client.subscribeSse(document, variables));
  const { 'x-forwarded-for': forwarded, ...params } = credentials;
  const sockets = openSockets(`${url}/graphql`, params, forwarded ? { 'x-forwarded-for': forwarded } : {});
  try {
    return await first(sockets.iterate({ query: document, variables }) as AsyncGenerator<Answer>);
  } catch (thrown) {
    if (Array.isArray(thrown)) return { errors: thrown };
    throw thrown;
  } finally {
    await sockets.dispose();
  }
}

async function first(answers: AsyncGenerator<Answer>): Promise<Answer> {
  for await (const answer of answers) return answer;
  throw new Error('there was no answer');
}
