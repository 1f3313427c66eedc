import { type GraphQLField, getNamedType, isObjectType, isRequiredArgument } from 'graphql';
import { WebSocket } from 'ws';
import { schema } from '../../src/schema/index.ts';
import { type Answer, type Client, data } from '../harness/client.ts';
import { documentsFor, rootFields, shortDocumentFor } from './documents.ts';
import { variablesOf } from './inputs.ts';
import type { Own } from './parts.ts';
import { addressOf, type TriedSocket } from './sockets.ts';
import { type Caller, plainIdOf } from './sweep.ts';

/** What came by one subscription or socket, from its opening on. */
export interface Listener {
  name: string;
  said: string[];
  /** Whether it names all that happens to an account or a session, and not one run alone. */
  isFeed: boolean;
  /** Resolves when one of the ids was told. */
  heard(ids: readonly string[]): Promise<void>;
  /** Rejects when it could not be opened. */
  stop(): Promise<void>;
}

function collect(name: string, isFeed: boolean, close: () => unknown) {
  const said: string[] = [];
  let news = Promise.withResolvers<void>();
  const add = (text: string) => {
    said.push(text);
    news.resolve();
    news = Promise.withResolvers();
  };
  const listener: Listener = {
    name,
    said,
    isFeed,
    async heard(ids) {
      while (!said.some((text) => ids.some((id) => text.includes(id)))) await news.promise;
    },
    async stop() {
      await close();
    },
  };
  return { listener, add };
}

/**
 * Every subscription of the schema, without a cursor and with each, over both transports. Resolves when all began.
 * @param own ids of the caller's; null: only what needs none.
 */
export async function subscribeToAll(
  client: Client,
  own: Own | null,
  cursors: readonly string[],
): Promise<Listener[]> {
  const fields = rootFields(schema, 'subscription').filter(
    (one) => own || !one.args.some(isRequiredArgument),
  );
  const open = fields.flatMap((field) => {
    const isFeed = field.args.some(({ name, type }) => name === 'after' && String(type) === 'String');
    const variables = variablesOf('Subscription', field, { own: own ?? {} });
    const ways = isFeed ? [undefined, ...cursors] : [undefined];
    const given = isFeed ? { ...variables, after: '' } : variables;
    const documents = documentsFor(schema, 'subscription', field, given);
    const short = shortDocumentFor('subscription', field, given).replace('__typename', namesOf(field));
    return [...documents, ...(isFeed ? [short] : [])].flatMap((document) =>
      ways.flatMap((after) =>
        TRANSPORTS.map((transport) => {
          const name = `${field.name} over ${transport}${after ? ' with a cursor' : ''}`;
          const operation = { document, variables: { ...variables, ...(after && { after }) } };
          return () =>
            subscribe(client, transport, operation, { name, isFeed: document === short && isFeed });
        }),
      ),
    );
  });
  const listeners: Listener[] = [];
  // One after the other: a busy machine takes too long to greet a hundred sockets at once.
  for (const one of open) listeners.push(await one());
  return listeners;
}

const TRANSPORTS = ['subscribe', 'subscribeSse'] as const;
/** A feed says by these of what each payload is. */
function namesOf({ type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type);
  const fields = isObjectType(named) ? Object.keys(named.getFields()) : [];
  return ['__typename', ...fields.filter((name) => /^(task|orchestration)Id$/.test(name))].join(' ');
}

async function subscribe(
  client: Client,
  transport: (typeof TRANSPORTS)[number],
  { document, variables }: { document: string; variables: Record<string, unknown> },
  { name, isFeed }: { name: string; isFeed: boolean },
): Promise<Listener> {
  const left = new AbortController();
  const payloads =
    transport === 'subscribe'
      ? client.subscribe(document, variables)
      : client.subscribeSse(document, variables, left.signal);
  const { listener, add } = collect(name, isFeed, () => left.abort());
  // A feed says at once that it has begun, the words of a task come when it runs.
  if (isFeed) add(JSON.stringify(data((await payloads.next()).value!)));
  void readOn(payloads, add);
  return listener;
}

async function readOn(payloads: AsyncGenerator<Answer>, add: (text: string) => void): Promise<void> {
  try {
    for await (const payload of payloads) add(JSON.stringify(payload));
  } catch (thrown) {
    add(`ended with ${JSON.stringify(thrown)}`);
  }
}

/** A socket of a dialect, at its mount, with ids of the caller's. Resolves when it is open. */
export async function listenAt(url: string, tried: TriedSocket, caller: Caller, own: Own): Promise<Listener> {
  const ids = Object.fromEntries(Object.entries(own).map(([type, id]) => [type, plainIdOf(id)]));
  const address = addressOf(tried, ids, true);
  const raw = new WebSocket(`${url.replace(/^http/, 'ws')}${address}`, { headers: caller.credentials });
  const { listener, add } = collect(`${tried.dialect} ${tried.name}`, !tried.name.includes('task_id'), () =>
    raw.terminate(),
  );
  raw.on('message', (message) => add(String(message)));
  await new Promise<void>((resolve, reject) => raw.once('open', resolve).once('error', reject));
  return listener;
}
