import type { ModelRequest, PromptCache } from '../../providers/provider.ts';
import { isReadInTime } from '../../rules/models/prompt-cache.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import type { Opening } from './read-conversation.ts';

type Asked = Pick<StartedTask, 'id' | 'threadId'>;

/** A single prompt is not sent again; that of a thread is sent with the next turn. */
export function cacheOfPrompt(
  { threadId }: Asked,
  { msSinceLastTurn }: Opening,
): Pick<ModelRequest, 'cache'> {
  return threadId ? { cache: { key: threadId, isReadSoon: isReadInTime(msSinceLastTurn) } } : {};
}

/** An agent calls its model again as soon as its tools have run, unless it has only one turn. */
export function cacheOfAgent({ id, threadId }: Asked, mostTurns: number): PromptCache {
  return { key: threadId ?? id, isReadSoon: mostTurns > 1 };
}
