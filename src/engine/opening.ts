import type { ModelMessage } from '../providers/provider.ts';
import type { ClaimedTask } from '../store/claim-run.ts';
import { readTurns } from '../store/threads.ts';
import type { EngineContext } from './context.ts';

/** Beyond these the conversation's beginning is left out. */
const MAX_TURNS = 100;

/** What a model is sent first: its system prompt, the conversation so far, and the task. */
export async function openingMessages(
  { store }: EngineContext,
  task: ClaimedTask,
  system: string | null,
): Promise<ModelMessage[]> {
  const turns = task.threadId ? await readTurns(store.database, task.threadId, task.id, MAX_TURNS) : [];
  return [
    ...(system ? [{ role: 'system' as const, content: system }] : []),
    ...turns.flatMap(({ prompt, output }) => [
      { role: 'user' as const, content: prompt },
      { role: 'assistant' as const, content: output },
    ]),
    { role: 'user', content: task.prompt },
  ];
}
