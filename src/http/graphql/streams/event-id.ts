import type { RunEvent } from '../../../resolvers/runs/run-events.ts';
import type { FeedEvent } from '../../../resolvers/sessions/feed.ts';
import type { TaskChange } from '../../../resolvers/tasks/task-changes.ts';
import type { TextPart } from '../../../resolvers/tasks/text.ts';

/** Where a result carries the `id` of its server-sent event. JSON has no symbols. */
const EVENT_ID = Symbol('event id');

type SourceEvent = RunEvent | FeedEvent | TaskChange | TextPart | string | null;

/** Names the event that a result is of, whatever fields of it the client selected. */
export function nameEvent(result: object, event: SourceEvent): void {
  const id = idOf(event);
  if (id !== null) Object.assign(result, { [EVENT_ID]: id });
}

/** null: the subscription cannot be resumed, or the result is none of an event. */
export function eventIdOf(result: object): string | null {
  return (result as { [EVENT_ID]?: string })[EVENT_ID] ?? null;
}

/** What the subscription takes as `after`. */
function idOf(event: SourceEvent): string | null {
  if (typeof event !== 'object' || event === null) return null;
  if ('cursor' in event) return event.cursor;
  return String('after' in event ? event.after : event.seq);
}
