import { appendEvent } from '../../store/log/append-event.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { StartedTask } from '../../store/runs/start-task.ts';
import { readThread, readTurns, type ThreadSummary } from '../../store/threads/threads.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from './conversation.ts';

/** Turns that a model is sent. */
const MAX_TURNS = 100;

export interface Opening extends Conversation {
  /** Since the turn before it was completed; null: there is none, or older ones are left out, so that each turn begins elsewhere. */
  msSinceLastTurn: number | null;
  /** Of turns that are marked as summarized, and of those before them; null: there is none. */
  stored: ThreadSummary | null;
}

/** What a model is sent first: its system prompt, the conversation so far, and what it is asked. */
export async function readOpening(
  { store }: EngineContext,
  lease: Lease,
  { id, prompt, threadId }: Pick<StartedTask, 'id' | 'prompt' | 'threadId'>,
  system: string | null,
): Promise<Opening> {
  if (!threadId) return { system, summary: null, turns: [], prompt, msSinceLastTurn: null, stored: null };
  const [{ context, summary: stored }, turns] = await Promise.all([
    readThread(store.database, threadId),
    readTurns(store.database, threadId, id, MAX_TURNS + 1),
  ]);
  const isWhole = turns.length <= MAX_TURNS;
  // Where the summary reaches into the turns that are sent, it stands for all before them.
  const summary = !isWhole && turns[1]?.isSummarized ? (stored?.text ?? null) : null;
  const last = turns.slice(-MAX_TURNS);
  const sent = summary === null ? last : last.filter(({ isSummarized }) => !isSummarized);
  if (!isWhole)
    await appendEvent(store, lease, { type: 'ThreadTruncated', data: { sentTurns: sent.length } });
  const instructions = [system, context].filter(Boolean).join('\n\n');
  return {
    system: instructions === '' ? null : instructions,
    summary,
    turns: sent,
    prompt,
    msSinceLastTurn: isWhole ? (turns.at(-1)?.msAgo ?? null) : null,
    stored,
  };
}
