import type { Api, Behaviour, HttpError, Meaning } from './behaviour.ts';
import type { Kind } from './kinds.ts';

export const DONE = '[DONE]';

/** A chunk of OpenAI's chat completions. */
export const chunk = (delta: unknown, finish_reason: string | null = null, more: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason, ...more }],
});
export const stop = chunk({}, 'stop');
export const used = (usage: object) => ({ choices: [], usage });
export const called = (...tool_calls: object[]) => chunk({ tool_calls });
export const fn = (name: string | null, json: unknown) => ({ function: { name, arguments: json } });

/** Two calls as they are meant. */
export const A = { name: 'a', arguments: { x: 1 } };
export const B = { name: 'b', arguments: { y: 2 } };

/** A line of Ollama's own API. */
export const line = (message: object, more: object = {}) => ({
  message: { role: 'assistant', content: '', ...message },
  done: false,
  ...more,
});
export const last = (more: object = {}) => line({}, { done: true, done_reason: 'stop', ...more });

/** Events of Anthropic's messages. */
export const block = (content_block: object, index = 0) => ({
  type: 'content_block_start',
  index,
  content_block,
});
export const grown = (delta: object, index = 0) => ({ type: 'content_block_delta', index, delta });
export const stopped = (stop_reason: string | null, usage: object = {}) => [
  { type: 'message_delta', delta: { stop_reason }, usage },
  { type: 'message_stop' },
];

const typed = (sent: unknown) =>
  `event: ${(sent as { type: string }).type}\ndata: ${JSON.stringify(sent)}\n\n`;

const EVENT: Readonly<Record<Api, (sent: unknown) => string>> = {
  chat: (sent) => `data: ${typeof sent === 'string' ? sent : JSON.stringify(sent)}\n\n`,
  responses: typed,
  messages: typed,
  ollama: (sent) => `${JSON.stringify(sent)}\n`,
};

/** What goes over the wire, in pieces. */
export function piecesOf(api: Api, { sent }: Pick<Behaviour, 'sent'>): readonly string[] {
  return typeof sent === 'string' ? [sent] : sent.map(EVENT[api]);
}

export const bodyOf = (behaviour: Pick<Behaviour, 'sent'>, api: Api = 'chat'): string =>
  piecesOf(api, behaviour).join('');

const JSON_TYPE = { 'content-type': 'application/json' };

/** An HTTP error in the form of OpenAI's. */
export const said = (status: number, message: unknown, more: object = {}): HttpError => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code: null, ...more } },
});

export const asError = (
  kind: Kind,
  { status, body }: HttpError,
  code: NonNullable<Meaning['error']>['code'],
  says?: RegExp,
): Behaviour => ({
  kind,
  status,
  sent: JSON.stringify(body),
  headers: JSON_TYPE,
  means: { error: { code, status, ...(says && { says }) } },
});

/** A prompt that is too long. */
export const tooLong = (error: HttpError, says?: RegExp): Behaviour =>
  asError('tooLong', error, 'CONTEXT_TOO_LONG', says);

/** A whole answer. */
export const whole = (kind: Kind, body: unknown, means: Meaning, type = 'application/json'): Behaviour => ({
  kind,
  sent: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': type },
  means,
});

/** An error in the place of an answer, as JSON and as an event: nothing was generated, nothing is paid. */
export function inPlace(
  given: string,
  body: unknown,
  error: NonNullable<Meaning['error']>,
): Readonly<Record<string, Behaviour>> {
  const means = { error: { status: null, ...error } };
  return {
    [`${given} within a 200`]: {
      kind: 'errorInPlace',
      sent: JSON.stringify(body),
      headers: JSON_TYPE,
      means,
    },
    [`${given} as the first event`]: { kind: 'errorInPlace', sent: [body], means },
  };
}
