import { actorOf, type Who } from './behaviours/actors.ts';
import type { Api, Behaviour, HttpError } from './behaviours/behaviour.ts';
import { piecesOf } from './behaviours/events.ts';
import type { Exchange } from './chat.ts';
import { invalidRequest, Refused } from './faults.ts';
import type { Json } from './messages.ts';
import { play } from './playback.ts';
import { isObject } from './requests.ts';
import type { Settings } from './settings.ts';

const STREAM: Readonly<Record<Api, string>> = {
  chat: 'text/event-stream',
  responses: 'text/event-stream',
  messages: 'text/event-stream',
  ollama: 'application/x-ndjson',
};

function refused({ status, body }: HttpError): Refused {
  return new Refused({ status, type: '', message: '', code: null, param: null }, {}, body);
}

/** Throws Refused where they would not take the request. */
export function refuseAs(who: Who, body: Json, { lacks, badschema }: Settings): void {
  const actor = actorOf(who);
  const refusal = actor.refuses?.(body);
  if (refusal) throw refused(refusal);
  const parameter = lacks.find((name) => name in body);
  if (parameter && actor.lacks) throw refused(actor.lacks(parameter));
  if (badschema && actor.refusesSchema && hasSchema(body)) throw refused(actor.refusesSchema);
}

function hasSchema({ response_format, format, output_config }: Json): boolean {
  return Boolean(response_format ?? format ?? (isObject(output_config) && output_config.format));
}

/** Shows one of their behaviours. */
export async function behave(exchange: Exchange, who: Who, settings: Settings): Promise<void> {
  const { response, signal, wire, memory, sequence } = exchange;
  const { speaks, does } = actorOf(who);
  const behaviour: Behaviour | undefined = does[settings.does ?? ''];
  if (!behaviour) throw invalidRequest(`${who} does not do ${settings.does}`, 'model');
  response.writeHead(behaviour.status ?? 200, {
    'content-type': STREAM[speaks],
    ...wire.replyHeaders(sequence),
    ...behaviour.headers,
  });
  const frames = piecesOf(speaks, behaviour).map((text) => ({ part: 'answer' as const, text }));
  const sent = (deltas: number): void => memory.statistics.add({ deltas });
  await play({ response, signal, sent }, { frames, ending: 'end' }, settings);
}

/** The body of their `GET /v1/models`; null: that of OpenAI. */
export function listAs(who: Who | undefined): unknown {
  const lists = who ? actorOf(who).lists : undefined;
  return lists ? { object: 'list', data: listed(lists) } : null;
}

/** An entry without an id of its own is called by what is particular about it. */
export const listed = (lists: NonNullable<ReturnType<typeof actorOf>['lists']>): Json[] =>
  Object.entries(lists).map(([name, { entry }]) => ({ id: name, object: 'model', ...entry }));
