import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import type { Socket } from '../../src/rest-compat/definitions/socket.ts';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import type { Dialect } from '../../src/vocabulary.ts';
import { mask } from './compare.ts';
import { fill, type Own, type Place, placesOf, schemaOf, typeNamedBy } from './parts.ts';
import { strangerTo } from './strangers.ts';
import { type Caller, plainIdOf, type Sweep } from './sweep.ts';

export interface TriedSocket {
  dialect: Dialect;
  row: Socket;
  /** `/ws/tasks/{task_id}` */
  name: string;
  /** Commands with each place that takes a text; a command without one has null. */
  commands: { command: string; place: Place | null }[];
}

export const TRIED_SOCKETS: readonly TriedSocket[] = Object.values(DIALECT_TABLES).flatMap(
  ({ name: dialect, sockets }) =>
    sockets.map((row) => ({
      dialect,
      row,
      name: row.path,
      commands: Object.entries(row.commands).flatMap(([command, { input }]) => {
        const places: (Place | null)[] = placesOf(input);
        return (places.length > 0 ? places : [null]).map((place) => ({ command, place }));
      }),
    })),
);

/** What `place` of a command takes, or its path does: the type of an id; null: no id. */
export const typeAt = (place: Place) => typeNamedBy(place.findLast((name) => !/^\d+$/.test(name))!);

/** Types of the ids in the path of a socket. */
export function typesInPath({ name }: TriedSocket): string[] {
  return [...name.matchAll(/\{(\w+)\}/g)].map(([, param]) => {
    const type = typeNamedBy(param!);
    if (!type) throw new Error(`${name}: add the type of ${param} to TYPES in test/sweep/parts.ts`);
    return type;
  });
}

/** A message of a client. */
export function messageOf(
  { row }: TriedSocket,
  { command, place }: { command: string; place: Place | null },
  own: Own,
  value: string,
): object {
  const filled = fill(schemaOf(row.commands[command]!.input), own, place, value) as object;
  return { ...filled, [row.commandField]: command };
}

/** Where a socket is: at its mount or at the root, with `before` as a base URL's prefix. */
export function addressOf({ dialect, row }: TriedSocket, own: Own, isMounted: boolean, before = ''): string {
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, param) =>
    encodeURIComponent(own[typeNamedBy(param)!] ?? 'x'),
  );
  return isMounted ? `${before}/${dialect}${path}` : `${before}${path}?dialect=${dialect}`;
}

/** No command has this name, so that its refusal shows that all before it has been answered. */
const LAST = 'none of the commands';

/** All that is said on a connection up to the answer to the last message, or how it was refused or closed, as one text. */
export async function converse(
  url: string,
  address: string,
  caller: Caller,
  { commandField }: Socket,
  messages: readonly object[],
): Promise<string> {
  const raw = new WebSocket(`${url.replace(/^http/, 'ws')}${address}`, { headers: caller.credentials });
  const said: string[] = [];
  const ended = Promise.withResolvers<void>();
  raw.on('error', () => {});
  raw.once('unexpected-response', async (_request, response: IncomingMessage) => {
    said.push(`refused with ${response.statusCode} ${await text(response)}`);
    ended.resolve();
  });
  raw.on('message', (data) => {
    if (/must be one of|takes none/.test(String(data))) return ended.resolve();
    said.push(String(data));
  });
  raw.once('close', (code, reason) => {
    said.push(`closed with ${code} ${reason}`);
    ended.resolve();
  });
  raw.once('open', () => {
    for (const message of [...messages, { [commandField]: LAST }]) raw.send(JSON.stringify(message));
  });
  await ended.promise;
  raw.terminate();
  return said.join('\n');
}

/** Every way in which a caller could tell by a socket what is Alice's from what is not there. */
export async function differencesOfSocket(
  sweep: Sweep,
  caller: Caller,
  tried: TriedSocket,
  { isMounted, before = '' }: { isMounted: boolean; before?: string },
): Promise<string[]> {
  const found: string[] = [];
  const tell = async (own: Own, messages: readonly object[], sent: readonly string[]) => {
    const address = addressOf(tried, own, isMounted, before);
    const answer = await converse(sweep.server.url, address, caller, tried.row, messages);
    return sent.reduce((left, id) => mask(left, id), answer);
  };
  const compare = (where: string, answer: string, stranger: string) => {
    const at = `${caller.name}, ${tried.dialect} ${tried.name}, ${where}`;
    if (answer.includes(sweep.alice.canary)) found.push(`${at} shows ${answer}`);
    if (answer !== stranger) found.push(`${at} answers ${answer}, but what is not there ${stranger}`);
  };
  for (const type of typesInPath(tried)) {
    const ids = caller.isThorough ? sweep.ids[type]! : sweep.ids[type]!.slice(0, 1);
    for (const id of ids.map(plainIdOf)) {
      const all = (own: Own) => tried.commands.map((one) => messageOf(tried, one, own, 'x'));
      const [hers, others] = [id, strangerTo(id)].map((value) => ({ [type]: value }));
      compare(id, await tell(hers!, all(hers!), [id]), await tell(others!, all(others!), [strangerTo(id)]));
    }
  }
  for (const one of tried.commands) {
    if (!one.place || typesInPath(tried).length > 0) continue;
    const values = (sweep.ids[typeAt(one.place) ?? ''] ?? Object.values(sweep.ids).map(([id]) => id!)).map(
      plainIdOf,
    );
    const send = (ids: readonly string[]) => ids.map((id) => messageOf(tried, one, {}, id));
    const strangers = values.map(strangerTo);
    const answer = await tell({}, send(values), values);
    compare(one.command, answer, await tell({}, send(strangers), strangers));
  }
  return found;
}
