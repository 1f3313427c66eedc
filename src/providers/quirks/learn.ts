import type { ProviderError } from '../provider.ts';
import { KEPT } from '../reading/reasoning-fields.ts';
import type { Quirk, Quirks } from './quirk.ts';
import { asksRareEffort, memberOf } from './reasoning-effort.ts';

/** The request as sent: the names that an error may be about. */
export type Sent = Readonly<Record<string, unknown>>;

/** How servers report that a parameter is not supported; not that its value is too high. */
const REFUSING =
  /unsupported|not support|n't (support|take)|not take|not a valid|recogni[sz]ed|unknown|unexpected|not permitted|extra (inputs|fields)|forbidden|not allowed|cannot|can't|deprecated|no longer|must not|only the default|only supports?|only \S+ is (allowed|supported|accepted)|may only|invalid (argument|parameter|field)|not (available|implemented|accepted|enabled)|not accept|no such|mutually exclusive|is unavailable|invalid json schema/i;

/** By the names of parameters at OpenAI, Anthropic and Ollama. */
const PARAMETERS: readonly (readonly [string, Quirk])[] = [
  ['stream_options', 'no_stream_options'],
  ['max_completion_tokens', 'max_tokens'],
  ['max_tokens', 'max_completion_tokens'],
  ['temperature', 'no_temperature'],
  ['top_p', 'no_top_p'],
  ['stop_sequences', 'no_stop'],
  ['stop', 'no_stop'],
  ['seed', 'no_seed'],
  ['cache_control', 'no_cache_control'],
  ['prompt_cache_key', 'no_prompt_cache_key'],
  ['reasoning_effort', 'no_reasoning_effort'],
  ['output_config.effort', 'no_reasoning_effort'],
  ['reasoning.effort', 'no_reasoning_effort'],
  ['effort', 'no_reasoning_effort'],
  ['thinking', 'no_reasoning_effort'],
  ['think', 'no_reasoning_effort'],
  ['reasoning', 'no_reasoning_effort'],
  ['response_format', 'no_response_format'],
  ['text.format', 'no_response_format'],
  ['json_schema', 'no_response_format'],
  ['output_config', 'no_response_format'],
  ['output_format', 'no_response_format'],
  ['format', 'no_response_format'],
  ['reasoning_content', 'no_reasoning'],
  ['reasoning_details', 'no_reasoning'],
  ['reasoning', 'no_reasoning'],
  ['thinking_blocks', 'no_reasoning'],
  ['extra_content', 'no_reasoning'],
  ['provider_specific_fields', 'no_reasoning'],
];

const MISSING =
  /missing|required|must be (passed|provided|present|included|sent)|is not (provided|present)|lack|without/i;

/** Errors about OpenAI's encrypted reasoning or its items. */
export const ENCRYPTED = /encrypted.?content|\brs_\w|of type 'reasoning'|'reasoning' item/i;

/** Errors about a history, as worded by more than one server. */
const HISTORY: readonly (readonly [Quirk, (said: string) => boolean])[] = [
  ['thought_signatures', (said) => /thought.?signature/i.test(said) && MISSING.test(said)],
  ['no_reasoning', (said) => ENCRYPTED.test(said) && REFUSED_ITEM.test(said)],
  ['reasoning_content', (said) => /reasoning_content/i.test(said) && MISSING.test(said)],
  [
    'short_call_ids',
    (said) =>
      /tool.?(call|use)\S*[^.]{0,40}\bids?\b|\bid\b[^.]{0,40}tool.?(call|use)/i.test(said) &&
      /match|must be|pattern|length|too long|invalid/i.test(said),
  ],
  [
    'alternating_roles',
    (said) => /roles? must alternate|must alternate|alternat\w+ (between )?(user|role)/i.test(said),
  ],
  [
    'no_system',
    (said) =>
      /\b(system|developer)\b[^.]{0,40}(role|message|instruction|prompt)?/i.test(said) && SYSTEM.test(said),
  ],
];

/** The item belongs to another organisation, key or model, or is in the wrong position. */
const REFUSED_ITEM = /verif|decrypt|pars|without its required|not found/i;

const SYSTEM =
  /(system|developer)\W{0,3}\s?(role|messages?|instructions?|prompts?)[^.]{0,30}(not|n't|un)\s?(be )?(supported|enabled|allowed|accepted)|does not support\W+(the )?(system|developer)|unsupported role/i;

/** A server that generates by a grammar cannot build one from the schema; the error names neither parameter nor model. */
export const GRAMMAR = /\bx?grammar\b|schema conversion|constraint[^.]{0,40}too many states/i;

function hasSchema({ response_format, format, output_config }: Sent): boolean {
  return Boolean(response_format ?? format ?? memberOf(output_config, 'format'));
}

/**
 * The quirk revealed by an error; null: none that was not known.
 * @param sent the request. @param known quirks with which it was sent
 */
export function learnFrom({ said, parameter }: ProviderError, sent: Sent, known: Quirks): Quirk | null {
  const quirk =
    HISTORY.find(([, isSaid]) => isSaid(said))?.[0] ??
    (GRAMMAR.test(said) && hasSchema(sent) ? 'no_response_format' : null) ??
    refusedParameter(said, parameter, sent) ??
    null;
  if (quirk === null || known.has(quirk)) return null;
  if (quirk === 'no_reasoning' && ENCRYPTED.test(said) && !hasEncrypted(sent)) return null;
  // Another effort may be accepted.
  if (quirk === 'no_reasoning_effort' && asksRareEffort(sent) && !known.has('basic_reasoning_effort'))
    return 'basic_reasoning_effort';
  // Neither name of the limit is accepted: without a limit an answer may cost more than was reserved.
  const other = OTHER_NAME.get(quirk);
  return other && known.has(other) ? null : quirk;
}

/** In OpenAI's items, or in messages of gateways that relay them. */
function hasEncrypted({ input, messages }: Sent): boolean {
  return /"(encrypted_content|reasoning_details)":/.test(JSON.stringify(input ?? messages ?? []));
}

const OTHER_NAME = new Map<Quirk, Quirk>([
  ['max_tokens', 'max_completion_tokens'],
  ['max_completion_tokens', 'max_tokens'],
]);

function refusedParameter(said: string, parameter: string | null, sent: Sent): Quirk | undefined {
  if (!REFUSING.test(said) && !isAboutEffort(said, parameter, sent)) return undefined;
  const named = PARAMETERS.filter(([name, quirk]) => isSent(sent, name, quirk) && isNamed(said, name));
  const exact = named.find(([name]) => name === parameter);
  // The error is about the parameter named first; another one may be named as the alternative.
  const first = named.toSorted(([one], [other]) => placeOf(said, one) - placeOf(said, other))[0];
  return (exact ??
    first ??
    PARAMETERS.find(([name, quirk]) => name === parameter && isSent(sent, name, quirk)))?.[1];
}

/** An invalid effort is rejected with a list of valid ones. */
function isAboutEffort(said: string, parameter: string | null, sent: Sent): boolean {
  const isNamedEffort = /effort/i.test(parameter ?? '') || /effort/i.test(said);
  return isNamedEffort && asksRareEffort(sent) && VALUES.test(said);
}

const VALUES =
  /supported values|input should be|must be one of|expected one of|(invalid|unknown) (value|enum|variant)/i;

/** Reasoning is sent in messages, and the type of the schema in its parameter. */
function isSent(sent: Sent, name: string, quirk: Quirk): boolean {
  if (quirk === 'no_reasoning_effort') return asksReasoning(sent, name);
  if (name === 'output_config') return memberOf(sent.output_config, 'format') !== undefined;
  if (name === 'reasoning') return isInMessages(sent, name);
  if (name in sent) return true;
  if (name === 'cache_control') return JSON.stringify(sent).includes('"cache_control":');
  if (SCHEMAS.includes(name)) return 'response_format' in sent || memberOf(sent.text, 'format') !== undefined;
  return KEPT.includes(name) && isInMessages(sent, name);
}

/** OpenAI's names for the response schema, in either API. */
const SCHEMAS = ['response_format', 'json_schema', 'text.format'];

function isInMessages(sent: Sent, name: string): boolean {
  return JSON.stringify(sent.messages ?? []).includes(`"${name}":`);
}

/** The parameter of Ollama is `think`, and its error says that a model does not support thinking. */
function asksReasoning(sent: Sent, name: string): boolean {
  if (name === 'thinking') return 'thinking' in sent || 'think' in sent;
  if (name in sent) return true;
  return name.endsWith('effort') && memberOf(sent.output_config ?? sent.reasoning, 'effort') !== undefined;
}

function isNamed(said: string, name: string): boolean {
  return placeOf(said, name) !== -1;
}

function placeOf(said: string, name: string): number {
  return said.search(new RegExp(`(?<![\\w])${name}(?![\\w])`, 'i'));
}
