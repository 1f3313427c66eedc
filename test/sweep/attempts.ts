import { schema } from '../../src/schema/index.ts';
import type { Answer } from '../harness/client.ts';
import { ask, type Transport } from '../http/transports.ts';
import { ADMIN_SEES } from './administrator.ts';
import { told } from './compare.ts';
import { documentsFor, type Field, type Operation, rootFields, shortDocumentFor } from './documents.ts';
import { type Leaf, leavesOf, typeOfId, type Values, variablesOf } from './inputs.ts';
import { strangerTo } from './strangers.ts';
import { type Caller, plainIdOf, type Sweep } from './sweep.ts';

export interface Tried {
  operation: Operation;
  root: string;
  name: string;
  field: Field;
  leaves: Leaf[];
}

/** Those last after which something is gone. */
export const rankOf = ({ name }: { name: string }) =>
  /^delete/.test(name) ? 2 : /^(cancel|end)/.test(name) ? 1 : 0;

/** Reading first, as it is compared as a whole. */
const ORDER: readonly Operation[] = ['query', 'subscription', 'mutation'];

export const TRIED: readonly Tried[] = ORDER.flatMap((operation) =>
  rootFields(schema, operation)
    .toSorted((one, other) => rankOf(one) - rankOf(other))
    .map((field) => {
      const root = schema.getRootType(operation as never)!.name;
      return { operation, root, name: field.name, field, leaves: leavesOf(root, field) };
    }),
);

/** Where a name that is taken may be told from one that is not, and why. */
const DIFFERS: Record<string, string> = {
  'RegisterInput.email': 'an address can have one account',
};

export const transportsOf = ({ operation }: Tried): Transport[] =>
  operation === 'subscription' ? ['SSE', 'graphql-ws'] : ['HTTP'];

/** They end the login that they are called with, which the other attempts need. */
export const END_LOGINS = ['logout', 'logoutEverywhere'];

async function credentialsFor({ server }: Sweep, caller: Caller, name: string) {
  if (!END_LOGINS.includes(name) || Object.keys(caller.credentials).length === 0) return caller.credentials;
  return { authorization: `Bearer ${(await server.newUser()).token}` };
}

/** @param fitting the type of the object that is named; null: no object, so that a short answer says enough. */
export async function run(
  sweep: Sweep,
  caller: Caller,
  { operation, field, name }: Tried,
  variables: Values,
  { transport, fitting }: { transport: Transport; fitting: string | null },
): Promise<Answer> {
  const documents =
    fitting === null
      ? [shortDocumentFor(operation, field, variables)]
      : documentsFor(schema, operation, field, variables);
  const document = documents.find((one) => one.includes(`... on ${fitting} `)) ?? documents[0]!;
  const credentials = await credentialsFor(sweep, caller, name);
  try {
    return await ask(transport, sweep.server.url, credentials, document, variables);
  } catch (thrown) {
    // Of a subscription that ends at once.
    if (thrown instanceof Error && thrown.message === 'there was no answer') return { data: null };
    throw thrown;
  }
}

interface Sent {
  value: string;
  /** Values of a kind are compared with one that is not there. */
  kind: string;
  fitting: string | null;
}

/** Alice's: where an id belongs one of every type, and all of the fitting one; elsewhere names, cursors and ids. */
function valuesFor({ ids, cursors, feedCursor, alice }: Sweep, leaf: Leaf, caller: Caller): Sent[] {
  if (leaf.scalar === 'String') {
    const names = Object.values(alice.handles).map((value) => ({
      value,
      kind: value.includes('@') ? 'address' : 'name',
      fitting: null,
    }));
    const task = ids.Task![0]!;
    const others = [cursors[0]!, feedCursor, task, plainIdOf(task)];
    const all = [...names, ...others.map((value) => ({ value, kind: value, fitting: null }))];
    return caller.isThorough ? all : [];
  }
  const fitting = typeOfId(leaf.name);
  const own = ids[fitting]!.map((value) => ({ value, kind: fitting, fitting }));
  if (!caller.isThorough) return own.slice(0, 1);
  const plain = plainIdOf(own[0]!.value);
  const others = Object.entries(ids).filter(([type]) => type !== fitting);
  return [
    ...own,
    { value: plain, kind: 'plain', fitting },
    ...others.map(([type, [id]]) => ({ value: id!, kind: type, fitting: null })),
  ];
}

/** Every way in which a caller could tell what is Alice's from what is not there; all at once show its kind. */
export async function differences(sweep: Sweep, caller: Caller, tried: Tried, leaf: Leaf): Promise<string[]> {
  const found: string[] = [];
  const isWhole = tried.operation !== 'mutation';
  if (caller.isAdmin && `${tried.root}.${tried.name}` in ADMIN_SEES) return found;
  for (const transport of transportsOf(tried)) {
    const strangers = new Map<string, string>();
    const tell = async ({ value, fitting }: Sent) => {
      const variables = variablesOf(tried.root, tried.field, { own: ownOf(sweep, tried), leaf, value });
      const shown = isWhole && leaf.scalar === 'String' && tried.operation === 'query' ? '' : fitting;
      return told(await run(sweep, caller, tried, variables, { transport, fitting: shown }), value, {
        isWhole,
      });
    };
    for (const sent of valuesFor(sweep, leaf, caller)) {
      const stranger = strangers.get(sent.kind) ?? (await tell({ ...sent, value: strangerTo(sent.value) }));
      strangers.set(sent.kind, stranger);
      const answer = await tell(sent);
      const where = `${caller.name}, ${leaf.path.join('.')}: ${sent.value} (${sent.kind}) over ${transport}`;
      if (answer.includes(sweep.alice.canary)) found.push(`${where} shows ${answer}`);
      if (answer.includes('INTERNAL_ERROR')) found.push(`${where} fails: ${answer}`);
      if (answer !== stranger && !(leaf.name in DIFFERS)) {
        found.push(`${where} answers ${answer}, but what is not there ${stranger}`);
      }
    }
  }
  return found;
}

/** What has ended ends its subscriptions; what has not can be changed. Two mutations cannot delete the same task. */
export function ownOf({ own, finished }: Sweep, { operation, name }: Tried): Record<string, string> {
  return operation === 'subscription' || name === 'deleteRun' ? finished : own;
}
