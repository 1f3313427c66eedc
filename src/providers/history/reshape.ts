import { schemaInstruction } from '../../rules/answers/schema-prompt.ts';
import type { ModelMessage, ModelRequest } from '../provider.ts';

/**
 * For a server that does not enforce schemas: adds the schema to the messages, unless it is there already.
 */
export function schemaInWords(request: ModelRequest): ModelRequest {
  const { responseSchema, messages } = request;
  if (!responseSchema) return request;
  const schema = JSON.stringify(responseSchema);
  if (messages.some(({ content }) => content.includes(schema))) return request;
  const content = schemaInstruction(responseSchema);
  return { ...request, messages: [...messages, { role: 'system', content }] };
}

/** For chat templates without system messages: prepended to the first user message. */
export function withoutSystem(messages: readonly ModelMessage[]): ModelMessage[] {
  const [system, first, ...rest] = messages;
  if (system?.role !== 'system') return [...messages];
  if (first?.role !== 'user') return [{ role: 'user', content: system.content }, ...messages.slice(1)];
  return [{ role: 'user', content: `${system.content}\n\n${first.content}` }, ...rest];
}

/** For chat templates that require alternating roles: joins consecutive user messages. */
export function joinRoles(messages: readonly ModelMessage[]): ModelMessage[] {
  const joined: ModelMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (message.role === 'user' && last?.role === 'user') {
      joined[joined.length - 1] = { role: 'user', content: `${last.content}\n\n${message.content}` };
    } else joined.push(message);
  }
  return joined;
}
