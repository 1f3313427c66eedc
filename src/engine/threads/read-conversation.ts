import type { Database } from '../../store/database/database.ts';
import { appendEvent } from '../../store/log/append-event.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import { readThread, readTurns, type ThreadSummary } from '../../store/threads/read-turns.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from './conversation.ts';

/** Maximum number of turns that a model is sent. */
const MAX_TURNS = 100;

export interface Opening extends Conversation {
  /** Milliseconds since the previous turn completed; null: there is none, or the prefix changes with every turn. */
  msSinceLastTurn: number | null;
  /**
   * The stored summary of the thread, which covers the turns with `isSummarized` and all earlier ones; null:
   * there is none.
   */
  stored: ThreadSummary | null;
  /** Whether older turns were omitted, so that a summary would not cover them. */
  isTruncated: boolean;
}

/** The messages before the prompt, and the prompt: the system prompt and the conversation so far. */
export async function readConversation(
  { store }: EngineContext,
  lease: Lease,
  { id, prompt, threadId }: Pick<StartedTask, 'id' | 'prompt' | 'threadId'>,
  system: string | null,
): Promise<Opening> {
  const [thread, read] = await readThreadOf(store.database, threadId, id);
  // Another turn may have stored a summary between the two readings.
  const stored = thread.summary?.runId === read[0]?.summaryRunId ? thread.summary : null;
  const turns = stored ? read : read.map((turn) => ({ ...turn, isSummarized: false }));
  const last = turns.slice(-MAX_TURNS);
  const isWhole = last.length === (turns[0]?.found ?? 0);
  // If the oldest turn to be sent is summarized, the summary also covers every turn that was cut off.
  const summary = !isWhole && last[0]?.isSummarized ? (stored?.text ?? null) : null;
  const sent = summary === null ? last : last.filter(({ isSummarized }) => !isSummarized);
  if (!isWhole)
    await appendEvent(store, lease, { type: 'ThreadTruncated', data: { sentTurns: sent.length } });
  const instructions = [system, thread.context].filter(Boolean).join('\n\n');
  return {
    system: instructions === '' ? null : instructions,
    summary,
    turns: sent,
    prompt,
    msSinceLastTurn: isWhole ? (turns.at(-1)?.msAgo ?? null) : null,
    stored,
    isTruncated: !isWhole && summary === null,
  };
}

function readThreadOf(database: Database, threadId: string | null, id: string) {
  if (threadId === null) return [{ context: null, summary: null }, []] as const;
  return Promise.all([readThread(database, threadId), readTurns(database, threadId, id, MAX_TURNS + 1)]);
}
