import type { Endpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import type { Dialect } from '../../src/vocabulary.ts';
import { fetchUntilAccepted } from './accepted.ts';
import { mask } from './compare.ts';
import { type Own, type Place, placesOf, requestOf, typeNamedBy } from './parts.ts';
import { strangerTo } from './strangers.ts';
import { type Caller, plainIdOf, type Sweep } from './sweep.ts';

export interface TriedRow {
  dialect: Dialect;
  row: Endpoint;
  /** `GET /api/v1/tasks/{task_id}` */
  name: string;
  places: Place[];
}

/** Reading first, as what is made by the way could be read; what deletes last, as it takes away what others need. */
const ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const TRIED_ROWS: readonly TriedRow[] = Object.values(DIALECT_TABLES)
  .flatMap(({ name: dialect, endpoints }) =>
    endpoints.map((row) => {
      const name = `${row.method} ${row.path}`;
      return { dialect, row, name, places: placesOf(row.input) };
    }),
  )
  .toSorted((one, other) => rankOf(one) - rankOf(other));

/** Headers that differ from answer to answer by themselves. */
const VOLATILE = /^(date|content-length|etag|x-request-id|connection|keep-alive|.*ratelimit.*|retry-after)$/i;

/**
 * What takes an id that its caller chooses comes last, and what makes such a thing at the very end: afterwards Bob has
 * things that are called like Alice's, and finds his own by her names.
 */
function rankOf({ row, places }: TriedRow): number {
  const isNamedByCaller = places.some((place) => place.join('.') === 'body.id');
  if (isNamedByCaller) return ORDER.length + (row.method === 'POST' ? 1 : 0);
  const ends = row.method === 'DELETE' || /\/(stop|cancel)$/.test(row.path);
  return ORDER.indexOf(ends ? 'DELETE' : row.method);
}

export interface DialectAnswer {
  status: number;
  /** All that was sent back, as one text. */
  text: string;
}

/** @param mount empty: at the root, where a header says whose path it is. */
export async function request(
  { server }: Sweep,
  caller: Caller,
  tried: TriedRow,
  filling: { own: Own; place: Place | null; value: string },
  mount: string,
): Promise<DialectAnswer> {
  const { method, path, body } = requestOf(tried.row, filling);
  const headers = {
    ...caller.credentials,
    ...(mount === '' && { 'x-api-dialect': tried.dialect }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const url = `${server.url}${mount}${path}`;
  const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
  const { pool } = server.store.database;
  const response = await (tried.row.wait ? fetchUntilAccepted(pool, url, init) : fetch(url, init));
  if (!response) return { status: 200, text: 'waits for a run' };
  const told = [...response.headers].filter(([name]) => !VOLATILE.test(name));
  return { status: response.status, text: `${JSON.stringify(told)} ${await response.text()}` };
}

interface Sent {
  value: string;
  kind: string;
}

const memberOf = (place: Place) => place.findLast((name) => !/^\d+$/.test(name))!;

/** Alice's: for a place of an id all of that type, in both forms, and one of each other type; for a text her names. */
function valuesFor({ ids, alice }: Sweep, place: Place, caller: Caller): Sent[] {
  const names = Object.values(alice.handles).map((value) => ({
    value,
    kind: value.includes('@') ? value : 'name',
  }));
  const type = typeNamedBy(memberOf(place));
  const fitting = (type && ids[type]) || [];
  const plain = (of: readonly string[]) => of.map(plainIdOf).map((value) => ({ value, kind: formOf(value) }));
  if (!caller.isThorough) return [...plain(fitting).slice(0, 1), ...names.slice(1, 2)].slice(0, 1);
  const oneOfEach = plain(Object.values(ids).flatMap(([id]) => id ?? []));
  if (place[0] !== 'params' && fitting.length === 0)
    return [...names, ...plain([ids.Task![0]!, ids.Session![0]!])];
  return [...plain(fitting), ...oneOfEach, { value: fitting[0] ?? ids.Task![0]!, kind: 'printed' }, ...names];
}

/** Ids of a form look alike to who does not know what they name. */
function formOf(id: string): string {
  return id.replaceAll(/[0-9a-f]/gi, '0');
}

/** Every way in which a caller could tell what is Alice's from what is not there. */
export async function differencesOf(
  sweep: Sweep,
  caller: Caller,
  tried: TriedRow,
  place: Place,
  mount: string,
): Promise<string[]> {
  const found: string[] = [];
  const strangers = new Map<string, string>();
  const tell = async (value: string) => {
    const filling = { own: ownOf(sweep, tried), place, value };
    const { status, text } = await request(sweep, caller, tried, filling, mount);
    return `${status} ${compared(tried, status, text, value)}`;
  };
  for (const { value, kind } of valuesFor(sweep, place, caller)) {
    const stranger = strangers.get(kind) ?? (await tell(strangerTo(value)));
    strangers.set(kind, stranger);
    const answer = await tell(value);
    const where = `${caller.name}, ${mount}${tried.name}, ${place.join('.')}: ${value}`;
    found.push(...problemsOf(sweep, where, answer, stranger, place));
  }
  return found;
}

/** With every id of a request hers at once, as where one has to belong to the other. */
export async function differencesOfAll(sweep: Sweep, caller: Caller, tried: TriedRow, mount: string) {
  const hers = Object.entries(allOf(sweep, tried));
  const others = hers.map(([type, id]) => [type, strangerTo(id)]);
  const tell = async (own: Own) => {
    const { status, text } = await request(sweep, caller, tried, { own, place: null, value: '' }, mount);
    const masked = Object.values(own).reduce((left, id) => mask(left, id), compared(tried, status, text, ''));
    return `${status} ${masked}`;
  };
  const stranger = await tell(Object.fromEntries(others));
  const answer = await tell(Object.fromEntries(hers));
  return problemsOf(sweep, `${caller.name}, ${mount}${tried.name}, all ids`, answer, stranger, []);
}

function problemsOf(
  { alice }: Sweep,
  where: string,
  answer: string,
  stranger: string,
  place: Place,
): string[] {
  const found: string[] = [];
  if (answer.includes(alice.canary)) found.push(`${where} shows ${answer}`);
  if (answer.startsWith('5')) found.push(`${where} fails: ${answer}`);
  if (answer !== stranger && !DIFFERS.includes(place.join('.'))) {
    found.push(`${where} answers ${answer}, but what is not there ${stranger}`);
  }
  return found;
}

/** An address that has an account is refused to others. */
const DIFFERS = ['body.email'];

/** Reading and refusals are compared as a whole; two calls that make something make two. */
function compared({ row }: TriedRow, status: number, text: string, sent: string): string {
  if (row.method !== 'GET' && status < 300) return text.replace(/ .*$/s, '');
  return mask(text, sent);
}

/** What Bob can name, in the words of the dialects. */
export function ownOf({ own, bob, kept }: Sweep, { row }: TriedRow): Own {
  return { ...plainOf(own), ...wordsOf(bob.handles), ...(row.sends && plainOf(kept.bob)) };
}

function allOf({ ids, alice, kept }: Sweep, { row }: TriedRow): Own {
  const first = Object.fromEntries(Object.entries(ids).flatMap(([type, [id]]) => (id ? [[type, id]] : [])));
  return { ...plainOf(first), ...wordsOf(alice.handles), ...(row.sends && plainOf(kept.alice)) };
}

function plainOf(ids: Own): Own {
  return Object.fromEntries(Object.entries(ids).map(([type, id]) => [type, plainIdOf(id)]));
}

function wordsOf({ userLabel, template, model }: Readonly<Record<string, string>>): Own {
  return { label: userLabel!, template: template!, model: model! };
}
