import { invalidRequest } from './faults.ts';
import { isObject } from './requests.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A message's content is a string, null, or a list of parts of which some are text or results of tools. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.filter(isObject).map(partText).join('');
}

function partText(part: Json): string {
  return typeof part.text === 'string' ? part.text : contentText(part.content);
}

export function readMessages({ messages }: Json): readonly Json[] {
  if (messages === undefined) {
    throw invalidRequest("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter');
  }
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject)) {
    throw invalidRequest("Invalid 'messages': expected a list of objects.", 'messages', 'invalid_type');
  }
  return messages;
}

export function readModel({ model }: Json): string {
  if (typeof model === 'string' && model !== '') return model;
  throw invalidRequest('you must provide a model parameter');
}

/** What is counted, and what the setting `echo` repeats. */
export function textsOf(messages: readonly Json[]): { promptText: string; lastUserText: string } {
  return {
    promptText: messages.map((message) => contentText(message.content)).join(''),
    lastUserText: contentText(messages.findLast((message) => message.role === 'user')?.content),
  };
}
