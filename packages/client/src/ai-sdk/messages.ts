import type { UIMessage } from 'ai';
import { type Polyphony, Turns } from '../index.ts';

/**
 * The messages of a thread, for `useChat`: those that a page begins with. A task that has not ended has no answer yet;
 * `resume` adds it.
 */
export async function messagesOf(polyphony: Polyphony, threadId: string): Promise<UIMessage[]> {
  const { tasks } = await polyphony.query(Turns, { threadId, statuses: null });
  const turns = (tasks?.nodes ?? []).toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  return turns.flatMap(({ id, status, prompt, output }) => {
    const asked = message('user', `${id}:prompt`, prompt);
    const isAnswered = status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
    return isAnswered && output ? [asked, message('assistant', id, output)] : [asked];
  });
}

function message(role: 'user' | 'assistant', id: string, text: string): UIMessage {
  return { id, role, parts: [{ type: 'text', text }] };
}
