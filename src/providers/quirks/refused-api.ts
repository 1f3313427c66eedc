import type { ProviderError } from '../provider.ts';
import type { Sent } from './learn.ts';
import type { Quirk, Quirks } from './quirk.ts';

/** Replaces an error message when a gateway replies with a chat completion. */
export const ANSWERED_AS_CHAT = 'chat completions in place of a response';

/** Error texts that reject the Responses API as a whole; restricted keys have one scope per API. */
const NO_RESPONSES = [
  /not[^.]{0,60}(v1\/responses|responses (api|endpoint))|(v1\/responses|responses (api|endpoint))[^.]{0,40}not\b/i,
  /only (supported|available) (in|with|through|by)[^.]{0,20}chat\/completions/i,
  /missing scopes?:?\s[^\n]*\bresponses\b/i,
  /encrypted.?content is not supported/i,
  // A gateway that sends every request to chat completions.
  /(missing|required)[^.]{0,40}\bmessages\b|\bmessages\b[^.]{0,40}(missing|required)/i,
];

const NO_CHAT =
  /only (supported|available) (in|with|through|by)[^.]{0,20}v1\/responses|(not|n't)[^.]{0,80}chat\/completions.{0,80}responses/i;
/** The refusal concerns only these parts; without them chat completions may accept the request. */
const PARTIAL = /\btools?\b|reasoning/i;

/** Statuses for a path that does not exist. */
const NO_PATH: readonly (number | null)[] = [404, 405, 501];
/** The path exists; something that the request names does not. */
const NAMED = /model|item with id|previous.?response/i;

/**
 * Which of OpenAI's two APIs a server rejects as a whole for a model; null when that is known already, or when the other
 * one is ruled out.
 * @param sent the request: `input` is of Responses, `messages` of chat completions
 */
export function refusedApi(error: ProviderError, sent: Sent, known: Quirks): Quirk | null {
  if (known.has('no_responses') || known.has('no_chat_completions')) return null;
  if ('input' in sent) return lacksResponses(error, sent) ? 'no_responses' : null;
  const isRefused = NO_CHAT.test(error.said) && !PARTIAL.test(error.said);
  return 'messages' in sent && isRefused ? 'no_chat_completions' : null;
}

function lacksResponses({ said, status, parameter }: ProviderError, sent: Sent): boolean {
  // `include[0]` and `reasoning.effort` are of `include` and `reasoning`.
  const named = parameter?.split(/[.[]/)[0] ?? null;
  if (status === 429 || (status !== 501 && (status ?? 0) >= 500)) return false;
  if (said === ANSWERED_AS_CHAT || named === 'include') return true;
  if (named !== null && named !== 'model' && named in sent) return false;
  if (NO_RESPONSES.some((words) => words.test(said))) return true;
  return NO_PATH.includes(status) && !NAMED.test(said);
}
