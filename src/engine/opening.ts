import type { ModelMessage } from '../providers/provider.ts';
import { appendEvent } from '../store/append-event.ts';
import type { Database } from '../store/database.ts';
import type { Lease } from '../store/lease.ts';
import type { StartedTask } from '../store/start-task.ts';
import { readThreadContext, readTurns, type Turn } from '../store/threads.ts';
import type { EngineContext } from './context.ts';

/** Turns that a model is sent. */
const MAX_TURNS = 100;

export interface Opening {
  messages: ModelMessage[];
  /** Since the turn before it was completed; null: there is none, or older ones are left out, so that each turn begins elsewhere. */
  msSinceLastTurn: number | null;
}

/** What a model is sent first: its system prompt, the conversation so far, and what it is asked. */
export async function openingMessages(
  { store }: EngineContext,
  lease: Lease,
  asked: Pick<StartedTask, 'id' | 'prompt' | 'threadId'>,
  system: string | null,
): Promise<Opening> {
  const { context, turns } = await readThread(store.database, asked);
  const isWhole = turns.length <= MAX_TURNS;
  if (!isWhole) {
    turns.shift();
    await appendEvent(store, lease, { type: 'ThreadTruncated', data: { sentTurns: turns.length } });
  }
  const instructions = [...(system ? [system] : []), ...(context ? [context] : [])];
  const messages = [
    ...(instructions.length > 0 ? [{ role: 'system' as const, content: instructions.join('\n\n') }] : []),
    ...turns.flatMap(({ prompt, output }) => [
      { role: 'user' as const, content: prompt },
      { role: 'assistant' as const, content: output },
    ]),
    { role: 'user' as const, content: asked.prompt },
  ];
  return { messages, msSinceLastTurn: isWhole ? (turns.at(-1)?.msAgo ?? null) : null };
}

async function readThread(
  database: Database,
  { id, threadId }: Pick<StartedTask, 'id' | 'threadId'>,
): Promise<{ context: string | null; turns: Turn[] }> {
  if (!threadId) return { context: null, turns: [] };
  const [context, turns] = await Promise.all([
    readThreadContext(database, threadId),
    readTurns(database, threadId, id, MAX_TURNS + 1),
  ]);
  return { context, turns };
}
