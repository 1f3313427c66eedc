import { schemaInstruction } from '../../rules/answers/schema-prompt.ts';
import type { ModelMessage, ModelRequest } from '../provider.ts';

/** For a server that holds no answer to a schema: the model reads it, unless its messages have it already. */
export function schemaInWords(request: ModelRequest): ModelRequest {
  const { responseSchema, messages } = request;
  if (!responseSchema) return request;
  const schema = JSON.stringify(responseSchema);
  if (messages.some(({ content }) => content.includes(schema))) return request;
  const content = schemaInstruction(responseSchema);
  return { ...request, messages: [...messages, { role: 'system', content }] };
}

/** For templates without system messages: the first message of the user begins with it. */
export function withoutSystem(messages: readonly ModelMessage[]): ModelMessage[] {
  const [system, first, ...rest] = messages;
  if (system?.role !== 'system') return [...messages];
  if (first?.role !== 'user') return [{ role: 'user', content: system.content }, ...messages.slice(1)];
  return [{ role: 'user', content: `${system.content}\n\n${first.content}` }, ...rest];
}

/** For templates that want the sides to take turns: messages of the user that follow each other are one. */
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
