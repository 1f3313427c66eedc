import type { ModelMessage } from '../providers/provider.ts';
import type { Database } from '../store/database.ts';
import type { StartedTask } from '../store/start-task.ts';
import { readThreadContext, readTurns, type Turn } from '../store/threads.ts';
import type { EngineContext } from './context.ts';

/** Beyond these the conversation's beginning is left out. */
const MAX_TURNS = 100;

/** What a model is sent first: its system prompt, the conversation so far, and what it is asked. */
export async function openingMessages(
  { store }: EngineContext,
  asked: Pick<StartedTask, 'id' | 'prompt' | 'threadId'>,
  system: string | null,
): Promise<ModelMessage[]> {
  const { context, turns } = await readThread(store.database, asked);
  const instructions = [...(system ? [system] : []), ...(context ? [context] : [])];
  return [
    ...(instructions.length > 0 ? [{ role: 'system' as const, content: instructions.join('\n\n') }] : []),
    ...turns.flatMap(({ prompt, output }) => [
      { role: 'user' as const, content: prompt },
      { role: 'assistant' as const, content: output },
    ]),
    { role: 'user', content: asked.prompt },
  ];
}

async function readThread(
  database: Database,
  { id, threadId }: Pick<StartedTask, 'id' | 'threadId'>,
): Promise<{ context: string | null; turns: Turn[] }> {
  if (!threadId) return { context: null, turns: [] };
  const [context, turns] = await Promise.all([
    readThreadContext(database, threadId),
    readTurns(database, threadId, id, MAX_TURNS),
  ]);
  return { context, turns };
}
