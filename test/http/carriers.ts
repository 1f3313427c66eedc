import { type Answer, createClient, openSockets } from '../harness/client.ts';

export type Carrier = 'HTTP' | 'SSE' | 'graphql-ws';
export const CARRIERS: Carrier[] = ['HTTP', 'SSE', 'graphql-ws'];

/**
 * The first answer to an operation, whichever way it travels and wherever the carrier puts its errors.
 * @param credentials and `x-forwarded-for`, which over graphql-ws is a header of the upgrade.
 */
export async function ask(
  carrier: Carrier,
  url: string,
  credentials: Record<string, string>,
  document: string,
  variables: Record<string, unknown> = {},
): Promise<Answer> {
  const client = createClient(url, credentials);
  if (carrier === 'HTTP') return client.query(document, variables);
  if (carrier === 'SSE') return first(client.subscribeSse(document, variables));
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
