import type { ModelRequest, PromptCache } from '../../providers/provider.ts';
import { isReadInTime } from '../../rules/models/prompt-cache.ts';
import type { StartedTask } from '../../store/runs/load-claimed-task.ts';
import type { Opening } from './read-conversation.ts';

type Asked = Pick<StartedTask, 'id' | 'threadId'>;

/** A prompt on its own is never sent again; one of a thread is sent with the next. */
export function cacheOfPrompt(
  { threadId }: Asked,
  { msSinceLastTurn }: Opening,
): Pick<ModelRequest, 'cache'> {
  return threadId ? { cache: { key: threadId, isReadSoon: isReadInTime(msSinceLastTurn) } } : {};
}

/** An agent asks again as soon as its tools have run, unless it has but one turn. */
export function cacheOfAgent({ id, threadId }: Asked, mostTurns: number): PromptCache {
  return { key: threadId ?? id, isReadSoon: mostTurns > 1 };
}
